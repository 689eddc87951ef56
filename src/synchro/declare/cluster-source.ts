import type { ClusterInventory } from '@clusterdex/storage-contract';
import type { ClusterDeclaration } from '../cluster/cluster-declaration.js';

/** All clusters that are declared, and names of those of which everything is to be removed, whether or not anything is stored. */
export type Declare = (clusters: readonly ClusterDeclaration[], gone?: readonly string[]) => void;

/** Where clusters are declared. */
export interface ClusterSource {
  /** For people: `folder /etc/clusters`. */
  readonly name: string;
  /**
   * Tells all that is declared, at first and whenever it changes, until the signal aborts. Rejects for nothing that can be mended while it
   * runs; that is logged.
   */
  follow(declare: Declare, signal: AbortSignal): Promise<void>;
  /** Whether a stored cluster was declared here, so that it is removed when it is declared no more. */
  owns(inventory: ClusterInventory): boolean;
  /** What became of a cluster, to be told where it was declared. Called often. */
  report?(inventory: ClusterInventory): void;
  /** Nothing is stored of the cluster any more. */
  removed?(name: string): Promise<void>;
}
