import type { ClusterInventory, NameFilter } from '@clusterdex/storage-contract';
import { createWarning } from './warning.js';

const mostNamed = 10;

/** The clusters of which an answer may be out of date. */
export function unhealthyClusters(inventories: readonly ClusterInventory[]): readonly ClusterInventory[] {
  return inventories.filter(({ health }) => health.status === 'unhealthy');
}

/** A Warning for answers about clusters that are known to be unhealthy; undefined when there are none among those that are asked for. */
export function healthWarning(unhealthy: readonly ClusterInventory[], asked: NameFilter = {}): string | undefined {
  if (unhealthy.length === 0) return undefined;
  const { in: wanted, notIn } = asked;
  const concerned = unhealthy.filter(({ cluster }) => (wanted?.includes(cluster) ?? true) && !notIn?.includes(cluster));
  const [only] = concerned;
  if (only === undefined) return undefined;
  if (concerned.length === 1) {
    const { cluster, health } = only;
    const reason = health.reason ? `: ${health.reason}` : '';
    return createWarning(`cluster ${cluster} is not healthy, its data may be out of date${reason}`);
  }
  const more = concerned.length > mostNamed ? ` and ${concerned.length - mostNamed} more` : '';
  const names = concerned.slice(0, mostNamed).map(({ cluster }) => cluster);
  return createWarning(`clusters ${names.join(', ')}${more} are not healthy, their data may be out of date`);
}
