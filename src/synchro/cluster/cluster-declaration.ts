import type { ClusterTarget } from '../connection/cluster-target.js';
import type { SyncResources } from './pedia-cluster.js';

/** A cluster as somebody declared it, whichever way: what is left of the differences. */
export interface ClusterDeclaration {
  readonly name: string;
  /** Who declared it, for people: `context prod of /home/me/.kube/config`. */
  readonly declaredBy: string;
  /** How to reach it; undefined when the declaration does not say so well. */
  readonly target: ClusterTarget | undefined;
  /** Why it cannot be followed. */
  readonly problem?: { readonly reason: 'InvalidConfig' | 'InvalidSyncResources'; readonly message: string };
  /** What the declaration lacks, while it can be followed. */
  readonly warning?: string;
  readonly syncResources: readonly SyncResources[];
  readonly syncAllCustomResources: boolean;
}
