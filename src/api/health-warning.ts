import type { ClusterInventory } from '@clusterdex/storage-contract';
import { createWarning } from './warning.js';

/** The text of a Warning header for answers about a cluster that is known to be unhealthy; undefined for any other. */
export function healthWarning(cluster: ClusterInventory | undefined): string | undefined {
  if (cluster?.health.status !== 'unhealthy') return undefined;
  const { reason } = cluster.health;
  return createWarning(
    `cluster ${cluster.cluster} is not healthy, its data may be out of date${reason ? `: ${reason}` : ''}`,
  );
}
