import { isDeepStrictEqual } from 'node:util';
import type { ClusterInventory, ResourceInventory } from '@clusterdex/storage-contract';
import { type RetryOptions, retry } from '../import/retry.js';
import type { CopiedStorage } from './copied-storage.js';
import { onSide } from './side-error.js';
import { typeKey } from './stored-types.js';

/**
 * The source's inventory, with the types of which the target alone holds objects, or what it is said to hold. Whoever follows the cluster into the source
 * does not follow it into the target.
 */
export function mergeInventories(source: ClusterInventory, types: Iterable<ResourceInventory>): ClusterInventory {
  const known = new Set(source.resources.map(typeKey));
  const others = [...types].filter((type) => !known.has(typeKey(type)));
  const { synchro } = source;
  return {
    ...source,
    ...(synchro === undefined ? {} : { synchro: { ...synchro, writer: '' } }),
    resources: [...source.resources, ...others],
  };
}

/** Writes the inventory unless it is there already. */
export async function putInventory(
  target: CopiedStorage,
  inventory: ClusterInventory,
  options: RetryOptions,
): Promise<void> {
  const stored = await findInventory(target, inventory.cluster, options);
  if (isDeepStrictEqual(stored, inventory)) return;
  await onSide('target', () => retry(() => target.factory.putClusterInventory(inventory), options));
}

export async function findInventory(
  target: CopiedStorage,
  cluster: string,
  options: RetryOptions,
): Promise<ClusterInventory | undefined> {
  const inventories = await onSide('target', () => retry(() => target.factory.clusterInventories(), options));
  return inventories.find((inventory) => inventory.cluster === cluster);
}
