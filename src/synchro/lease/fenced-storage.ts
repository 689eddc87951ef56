import { createStorageError, type ResourceStorage, type StorageFactory } from '@clusterdex/storage-contract';

/**
 * A storage that refuses writes when the lease is not held. What a write that is under way then may still do is bounded by the storage: a
 * change that is older than what is stored is a no-op.
 */
export function fencedStorage(
  storage: StorageFactory,
  isHeld: () => boolean,
  refusal = 'another process may write into the storage now',
): StorageFactory {
  function check(): void {
    if (!isHeld()) throw createStorageError('UNAVAILABLE', refusal, { retryable: false });
  }

  function fence(resources: ResourceStorage): ResourceStorage {
    return {
      ...bound(resources),
      async write(cluster, changes, signal) {
        check();
        return resources.write(cluster, changes, signal);
      },
      async recordEvents(cluster, events) {
        check();
        return resources.recordEvents(cluster, events);
      },
    };
  }

  const fenced: StorageFactory = {
    prepareCluster: async (cluster) => {
      check();
      return storage.prepareCluster(cluster);
    },
    resourceVersions: (cluster, signal) => storage.resourceVersions(cluster, signal),
    putClusterInventory: async (inventory) => {
      check();
      return storage.putClusterInventory(inventory);
    },
    clusterInventories: () => storage.clusterInventories(),
    collectionResources: () => storage.collectionResources(),
    resourceStorage: (type) => fence(storage.resourceStorage(type)),
    collectionResourceStorage: (name) => storage.collectionResourceStorage(name),
    cleanCluster: async (cluster, signal) => {
      check();
      return storage.cleanCluster(cluster, signal);
    },
    cleanClusterResource: async (cluster, type, signal) => {
      check();
      return storage.cleanClusterResource(cluster, type, signal);
    },
    health: () => storage.health(),
    shutdown: () => storage.shutdown(),
  };
  return fenced;
}

function bound(resources: ResourceStorage): ResourceStorage {
  return {
    get: (cluster, namespace, name, options) => resources.get(cluster, namespace, name, options),
    list: (options, signal) => resources.list(options, signal),
    write: (cluster, changes, signal) => resources.write(cluster, changes, signal),
    recordEvents: (cluster, events) => resources.recordEvents(cluster, events),
  };
}
