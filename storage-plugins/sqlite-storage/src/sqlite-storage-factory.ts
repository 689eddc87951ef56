import {
  type ClusterInventory,
  type CollectionListOptions,
  type CollectionResourceStorage,
  createStorageError,
  type ListOptions,
  type ObjectChange,
  type ResourceStorage,
  type ResourceType,
  type StorageFactory,
  type StoredResourceVersion,
  standardCollections,
} from '@clusterdex/storage-contract';
import { packChanges } from './pack-changes.js';
import type { ListScope, SqliteStorage } from './sqlite-storage.js';
import { watchChanges } from './watch-changes.js';

const rowsPerStep = 2000;

function createResourceStorage(storage: SqliteStorage, type: ResourceType): ResourceStorage {
  const scope = (): ListScope => {
    const known = storage.types.id(type);
    if (known !== undefined) return { typeIds: [known], collection: false };
    const revision = storage.statements.revision();
    const created = storage.types.id(type);
    return { typeIds: created === undefined ? [] : [created], collection: false, revision };
  };
  return {
    async get(cluster, namespace, name, options) {
      const object = await storage.get(type, [cluster, namespace, name], options?.injectEvents === true);
      if (object === undefined) {
        const place = namespace === '' ? '' : ` in namespace '${namespace}'`;
        throw createStorageError(
          'NOT_FOUND',
          `no ${type.resource} '${name}'${place} of cluster '${cluster}' is stored`,
        );
      }
      return object;
    },
    list: (options: ListOptions, signal) => storage.list(options, storage.read(scope), signal),
    explain: async (options: ListOptions) => storage.explain(options, storage.read(scope)),
    watch: (options: ListOptions, revision, signal) => watchChanges(storage, scope, { options, revision, signal }),
    async write(cluster, changes: readonly ObjectChange[], signal) {
      storage.refuseClosed();
      if (signal?.aborted === true)
        throw createStorageError('TIMEOUT', 'the write was aborted', { cause: signal.reason });
      const packed = packChanges(changes);
      const result = await storage.writer.request('write', { type, cluster, changes: packed }, [
        packed.bytes.buffer as ArrayBuffer,
      ]);
      if (result.written > 0) storage.wake();
      return result;
    },
    async recordEvents(cluster, events) {
      storage.refuseClosed();
      await storage.writer.request('recordEvents', { cluster, events });
    },
  };
}

async function* resourceVersions(
  storage: SqliteStorage,
  cluster: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly StoredResourceVersion[]> {
  const statement = `SELECT namespace, name, resource_version FROM resources
    WHERE type_id = ? AND cluster = ? AND (namespace, name) > (?, ?) ORDER BY namespace, name LIMIT ${rowsPerStep}`;
  for (const [typeId, type] of storage.read(() => new Map(storage.types.all()))) {
    let after: readonly [string, string] | undefined = ['', ''];
    while (after !== undefined) {
      const [namespace, name]: readonly [string, string] = after;
      const rows = storage.read(() => storage.statements.rows(statement).all(typeId, cluster, namespace, name)) as [
        string,
        string,
        string,
      ][];
      if (rows.length > 0)
        yield rows.map((row) => ({ type, namespace: row[0], name: row[1], resourceVersion: row[2] }));
      if (signal?.aborted === true)
        throw createStorageError('TIMEOUT', 'reading the resource versions was aborted', { cause: signal.reason });
      const last = rows.length < rowsPerStep ? undefined : rows.at(-1);
      after = last === undefined ? undefined : [last[0], last[1]];
    }
  }
}

async function clean(
  storage: SqliteStorage,
  cluster: string,
  options: { type?: ResourceType; signal: AbortSignal | undefined },
): Promise<void> {
  let removed = rowsPerStep;
  while (removed === rowsPerStep) {
    storage.refuseClosed();
    if (options.signal?.aborted === true) {
      throw createStorageError('TIMEOUT', `removing cluster '${cluster}' was aborted; repeat it to go on`, {
        cause: options.signal.reason,
      });
    }
    removed = await storage.writer.request('clean', { cluster, type: options.type, limit: rowsPerStep });
    storage.wake();
  }
}

export function createSqliteStorageFactory(storage: SqliteStorage): StorageFactory {
  return {
    async prepareCluster() {
      storage.refuseClosed();
    },
    resourceVersions: (cluster, signal) => resourceVersions(storage, cluster, signal),
    async putClusterInventory(inventory) {
      storage.refuseClosed();
      await storage.writer.request('putInventory', {
        cluster: inventory.cluster,
        inventory: JSON.stringify(inventory),
      });
    },
    async clusterInventories() {
      const rows = storage.read(() =>
        storage.statements.rows('SELECT inventory FROM clusters ORDER BY name').all(),
      ) as [string][];
      return rows.map(([inventory]) => JSON.parse(inventory) as ClusterInventory);
    },
    collectionResources: () => standardCollections,
    resourceStorage: (type) => createResourceStorage(storage, type),
    collectionResourceStorage(name): CollectionResourceStorage {
      const collection = standardCollections.find((candidate) => candidate.name === name);
      if (collection === undefined) throw createStorageError('NOT_FOUND', `there is no collection resource '${name}'`);
      const scopeOf = (options: CollectionListOptions) => {
        const types = collection.types.length > 0 ? collection.types : (options.types ?? []);
        return storage.read(() => ({
          revision: storage.statements.revision(),
          typeIds: types === 'all' ? undefined : storage.types.ids(types),
          collection: true,
        }));
      };
      return {
        list: (options: CollectionListOptions, signal) => storage.list(options, scopeOf(options), signal),
        explain: async (options: CollectionListOptions) => storage.explain(options, scopeOf(options)),
        watch: (options: CollectionListOptions, revision, signal) =>
          watchChanges(storage, () => scopeOf(options), { options, revision, signal }),
      };
    },
    async cleanCluster(cluster, signal) {
      await clean(storage, cluster, { signal });
      await storage.writer.request('forgetCluster', cluster);
    },
    cleanClusterResource: (cluster, type, signal) => clean(storage, cluster, { type, signal }),
    schema: () => storage.schema,
    fieldIndexes: async () => storage.read(() => storage.fields.status()),
    async health() {
      try {
        if (storage.brokenThread())
          return { healthy: false, reason: 'a thread of the sqlite storage has ended; restart the server' };
        storage.read(() => storage.statements.revision());
        return { healthy: true };
      } catch (error) {
        return { healthy: false, reason: error instanceof Error ? error.message : String(error) };
      }
    },
    shutdown: () => storage.shutdown(),
  };
}
