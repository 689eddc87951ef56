import type { ClusterInventory } from '@clusterdex/storage-contract';
import { ConfigError } from '../config/config-error.js';
import { staleAfter } from './cluster-rows.js';

/** Throws a ConfigError for a cluster that a process follows: who it is, where the cluster is declared, and what to do; `why` as the end of a sentence. */
export function refuseFollowed(inventory: ClusterInventory | undefined, why = ''): void {
  if (inventory?.synchro === undefined) return;
  const { cluster, synchro, updatedAt } = inventory;
  if (synchro.writer === '' || Date.now() - updatedAt >= staleAfter) return;
  throw new ConfigError(
    `cluster ${cluster} is followed by ${synchro.writer}, declared by ${synchro.declaredBy}${why}; remove that declaration, or end that process first`,
  );
}
