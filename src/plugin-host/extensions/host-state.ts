import {
  type ClusterInventory,
  createStorageError,
  type HostState,
  type ObjectCount,
  type OperationStatistics,
  type ResourceTypeState,
  type StorageFactory,
} from '@clusterdex/storage-contract';
import { serverVersion } from '../../config/server-version.js';
import type { CounterSamples } from './counter-samples.js';

export interface HostStateParts {
  /** Undefined until it has opened. */
  readonly factory: () => StorageFactory | undefined;
  readonly operations: () => readonly OperationStatistics[];
  readonly counters: CounterSamples;
}

/** What a plugin may know of the server. */
export function createHostState({ factory, operations, counters }: HostStateParts): HostState {
  const startedAt = Date.now();

  async function clusters(): Promise<readonly ClusterInventory[]> {
    const storage = factory();
    if (storage === undefined) throw createStorageError('UNAVAILABLE', 'the storage is not open yet');
    return storage.clusterInventories();
  }

  return Object.freeze<HostState>({
    clusters,
    resourceTypes: async () => typesOf(await clusters()),
    objectCounts: async () => (await clusters()).flatMap(countsOf),
    statistics: () => ({ startedAt, hostVersion: serverVersion, operations: operations() }),
    counterNames: () => counters.names(),
    counter: (name) => counters.samples(name),
  });
}

function typesOf(inventories: readonly ClusterInventory[]): readonly ResourceTypeState[] {
  const types = new Map<string, ResourceTypeState & { clusters: string[] }>();
  for (const { cluster, resources } of inventories) {
    for (const resource of resources) {
      const key = `${resource.group}/${resource.version}/${resource.resource}`;
      const known = types.get(key);
      if (known === undefined) types.set(key, { ...resource, clusters: [cluster] });
      else known.clusters.push(cluster);
    }
  }
  return [...types].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, type]) => type);
}

function countsOf({ cluster, synchro }: ClusterInventory): readonly ObjectCount[] {
  return (synchro?.syncs ?? []).flatMap(({ group, version, storageVersion = version, resource, objects }) =>
    objects === undefined ? [] : [{ cluster, group, version: storageVersion, resource, objects }],
  );
}
