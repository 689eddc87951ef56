import {
  type ClusterInventory,
  createStorageError,
  type ResourceType,
  type StorageFactory,
  type StorageHost,
} from '@clusterdex/storage-contract';
import { selectableFromJson } from '@clusterdex/storage-contract/selection';
import { createCalls } from './calls.js';
import { createResourceStorage } from './create-resource-storage.js';
import type { KeyValue } from './key-value.js';
import { inventoryKey, inventoryPrefix, objectPrefix, placeOf, typePrefix } from './keys.js';

const encode = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const decode = <Value>(bytes: Uint8Array): Value => JSON.parse(new TextDecoder().decode(bytes)) as Value;

/** The storage over an open key-value store. */
export function createStorageFactory(store: KeyValue, host: StorageHost): StorageFactory {
  const calls = createCalls();
  let latest = 0;
  /** Grows with every change, over restarts too, for it follows the clock. */
  const revision = { next: () => (latest = Math.max(latest + 1, host.now() * 1000)), current: () => latest };
  revision.next();

  async function types(): Promise<readonly ResourceType[]> {
    const found: ResourceType[] = [];
    for await (const batch of store.scan(typePrefix))
      found.push(...batch.map(([, value]) => decode<ResourceType>(value)));
    return found;
  }

  /** Batch by batch, so that what was interrupted is finished by a repetition. */
  async function clean(cluster: string, type: ResourceType, signal?: AbortSignal): Promise<void> {
    for await (const batch of calls.read(store.scan(objectPrefix(type, cluster)), signal)) {
      await calls.write(() => store.write(batch.map(([key]) => ({ key, value: undefined }))), signal);
      revision.next();
    }
  }

  return {
    async prepareCluster() {
      calls.check();
    },
    async *resourceVersions(cluster, signal) {
      calls.check(signal);
      for (const type of await types()) {
        for await (const batch of calls.read(store.scan(objectPrefix(type, cluster)), signal)) {
          yield batch.map(([key, json]) => {
            const { resourceVersion } = selectableFromJson(json, cluster);
            const { namespace, name } = placeOf(key);
            return { type, namespace, name, resourceVersion };
          });
        }
      }
    },
    async putClusterInventory(inventory) {
      await calls.write(() => store.write([{ key: inventoryKey(inventory.cluster), value: encode(inventory) }]));
    },
    async clusterInventories() {
      const found: ClusterInventory[] = [];
      for await (const batch of calls.read(store.scan(inventoryPrefix))) {
        found.push(...batch.map(([, value]) => decode<ClusterInventory>(value)));
      }
      return found;
    },
    collectionResources: () => [],
    resourceStorage: (type) => createResourceStorage({ store, calls, revision, type }),
    collectionResourceStorage(name) {
      throw createStorageError('NOT_FOUND', `there is no collection resource ${name}`);
    },
    async cleanCluster(cluster, signal) {
      calls.check(signal);
      for (const type of await types()) await clean(cluster, type, signal);
      await calls.write(() => store.write([{ key: inventoryKey(cluster), value: undefined }]), signal);
    },
    async cleanClusterResource(cluster, type, signal) {
      calls.check(signal);
      await clean(cluster, type, signal);
    },
    async health() {
      return calls.isClosed ? { healthy: false, reason: 'the storage is shut down' } : { healthy: true };
    },
    shutdown: () => calls.close(() => store.close()),
  };
}
