import type { ClusterInventory, NameFilter } from '@clusterdex/storage-contract';
import { createWarning } from './warning.js';

const mostNamed = 10;

/** Milliseconds after which a cluster that is followed should have been heard of: whoever follows it says so at least every half a minute. */
const silence = 90_000;

/** The clusters of which an answer may be out of date. */
export function unhealthyClusters(
  inventories: readonly ClusterInventory[],
  now: number = Date.now(),
): readonly ClusterInventory[] {
  return inventories.flatMap((inventory) => {
    const { health, synchro, updatedAt } = inventory;
    if (synchro === undefined) return health.status === 'unhealthy' ? [inventory] : [];
    if (now - updatedAt <= silence) return health.status === 'healthy' ? [] : [inventory];
    const reason = `nobody has followed it since ${new Date(updatedAt).toISOString().slice(0, 19)}Z`;
    return [{ ...inventory, health: { status: 'unhealthy', reason } }];
  });
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
