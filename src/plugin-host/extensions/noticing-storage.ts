import type { Notice, StorageFactory } from '@clusterdex/storage-contract';

/** The storage, which tells what happens to clusters. What is internal, of which the name is no cluster's, is not told. */
export function noticingStorage(factory: StorageFactory, tell: (notice: Notice) => void): StorageFactory {
  const attached = new Set<string>();
  return Object.freeze<StorageFactory>({
    ...factory,
    async prepareCluster(cluster) {
      await factory.prepareCluster(cluster);
      if (isInternal(cluster) || attached.has(cluster)) return;
      attached.add(cluster);
      tell({ type: 'cluster', change: 'attached', cluster });
    },
    async putClusterInventory(inventory) {
      await factory.putClusterInventory(inventory);
      if (!isInternal(inventory.cluster)) tell({ type: 'inventory', cluster: inventory.cluster });
    },
    async cleanCluster(cluster, signal) {
      await factory.cleanCluster(cluster, signal);
      if (isInternal(cluster)) return;
      attached.delete(cluster);
      tell({ type: 'cluster', change: 'detached', cluster });
    },
  });
}

/** What the server keeps for itself in a storage belongs to clusters whose names begin so. */
export function isInternal(cluster: string): boolean {
  return cluster.startsWith('_');
}
