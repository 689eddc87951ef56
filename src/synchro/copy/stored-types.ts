import type { ClusterInventory, ResourceInventory } from '@clusterdex/storage-contract';
import type { CopiedStorage } from './copied-storage.js';

export interface StoredType {
  readonly type: ResourceInventory;
  readonly objects: number;
}

/** The types of a cluster, by key: those of its inventory, and those of which objects are stored all the same; with counts. */
export async function storedTypes(
  { factory }: Pick<CopiedStorage, 'factory'>,
  inventory: Pick<ClusterInventory, 'cluster' | 'resources'>,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, StoredType>> {
  const types = new Map<string, { type: ResourceInventory; objects: number }>();
  for (const type of inventory.resources) types.set(typeKey(type), { type, objects: 0 });
  for await (const versions of factory.resourceVersions(inventory.cluster, signal)) {
    for (const { type } of versions) {
      const key = typeKey(type);
      let stored = types.get(key);
      if (stored === undefined) {
        stored = { type: { singularName: type.kind.toLowerCase(), ...type }, objects: 0 };
        types.set(key, stored);
      }
      stored.objects++;
    }
  }
  return types;
}

export function typeKey({
  group,
  version,
  resource,
}: Pick<ResourceInventory, 'group' | 'version' | 'resource'>): string {
  return `${group}/${version}/${resource}`;
}
