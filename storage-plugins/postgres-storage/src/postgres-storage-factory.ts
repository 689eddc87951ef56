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
import { sql, verbatim } from '@clusterdex/storage-sql';
import { forgetCluster, inventories, putInventory, recordEvents } from './auxiliary-writer.js';
import { refuseAborted } from './change-writer.js';
import type { ListScope, PostgresStorage } from './postgres-storage.js';
import { watchChanges } from './watch-changes.js';

const rowsPerStep = 1000;

function createResourceStorage(storage: PostgresStorage, type: ResourceType): ResourceStorage {
  const scope = async (): Promise<ListScope> => {
    const typeId = await storage.types.id(type);
    return { typeIds: typeId === undefined ? [] : [typeId], collection: false };
  };
  return {
    async get(cluster, namespace, name, options) {
      const typeId = await storage.types.id(type);
      const object =
        typeId === undefined
          ? undefined
          : await storage.reader.get([typeId, cluster, namespace, name], options?.injectEvents === true);
      if (object === undefined) {
        storage.database.refuseClosed();
        const place = namespace === '' ? '' : ` in namespace '${namespace}'`;
        throw createStorageError(
          'NOT_FOUND',
          `no ${type.resource} '${name}'${place} of cluster '${cluster}' is stored`,
        );
      }
      return object;
    },
    list: (options: ListOptions, signal) => storage.list({ options, scope, signal }),
    watch: (options: ListOptions, revision, signal) => watchChanges(storage, scope, { options, revision, signal }),
    async write(cluster, changes: readonly ObjectChange[], signal) {
      storage.database.refuseClosed();
      refuseAborted(signal, 'the write');
      const result = await storage.writer.write({ type, cluster, signal }, changes);
      if (result.written > 0) storage.feed.wake();
      return result;
    },
    async recordEvents(cluster, events) {
      storage.database.refuseClosed();
      await recordEvents(storage.database, cluster, events);
    },
  };
}

async function* resourceVersions(
  storage: PostgresStorage,
  cluster: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly StoredResourceVersion[]> {
  storage.database.refuseClosed();
  for (const [typeId, type] of [...(await storage.types.all())]) {
    let after: readonly [string, string] | undefined = ['', ''];
    while (after !== undefined) {
      refuseAborted(signal, 'reading the resource versions');
      const [namespace, name]: readonly [string, string] = after;
      const rows = (await storage.database.query(
        sql`SELECT namespace, name, resource_version FROM resources
          WHERE type_id = ${typeId} AND cluster = ${cluster} AND (namespace, name) > (${namespace}, ${name})
          ORDER BY namespace, name LIMIT ${verbatim(String(rowsPerStep))}`,
        { name: 'versions' },
      )) as readonly [string, string, string][];
      if (rows.length > 0)
        yield rows.map((row) => ({ type, namespace: row[0], name: row[1], resourceVersion: row[2] }));
      const last = rows.length < rowsPerStep ? undefined : rows.at(-1);
      after = last === undefined ? undefined : [last[0], last[1]];
    }
  }
  refuseAborted(signal, 'reading the resource versions');
}

async function clean(
  storage: PostgresStorage,
  { cluster, typeIds, signal }: { cluster: string; typeIds: readonly number[]; signal: AbortSignal | undefined },
): Promise<void> {
  for (const typeId of typeIds) {
    let removed = rowsPerStep;
    while (removed === rowsPerStep) {
      storage.database.refuseClosed();
      refuseAborted(signal, `removing cluster '${cluster}'`);
      removed = await storage.writer.removeSome(typeId, cluster, rowsPerStep);
      storage.feed.wake();
    }
  }
}

export function createPostgresStorageFactory(storage: PostgresStorage): StorageFactory {
  return {
    async prepareCluster() {
      storage.database.refuseClosed();
    },
    resourceVersions: (cluster, signal) => resourceVersions(storage, cluster, signal),
    putClusterInventory: (inventory) => putInventory(storage.database, inventory.cluster, JSON.stringify(inventory)),
    async clusterInventories() {
      return (await inventories(storage.database)).map((text) => JSON.parse(text) as ClusterInventory);
    },
    collectionResources: () => standardCollections,
    resourceStorage: (type) => createResourceStorage(storage, type),
    collectionResourceStorage(name): CollectionResourceStorage {
      const collection = standardCollections.find((candidate) => candidate.name === name);
      if (collection === undefined) throw createStorageError('NOT_FOUND', `there is no collection resource '${name}'`);
      const scopeOf = async (options: CollectionListOptions): Promise<ListScope> => {
        const types = collection.types.length > 0 ? collection.types : (options.types ?? []);
        return { typeIds: types === 'all' ? undefined : await storage.types.ids(types), collection: true };
      };
      return {
        list: (options: CollectionListOptions, signal) =>
          storage.list({ options, scope: () => scopeOf(options), signal }),
        watch: (options: CollectionListOptions, revision, signal) =>
          watchChanges(storage, () => scopeOf(options), { options, revision, signal }),
      };
    },
    async cleanCluster(cluster, signal) {
      storage.database.refuseClosed();
      refuseAborted(signal, `removing cluster '${cluster}'`);
      const rows = await storage.database.query(
        sql`SELECT t.id FROM types t WHERE EXISTS (SELECT 1 FROM resources r WHERE r.type_id = t.id AND r.cluster = ${cluster})`,
      );
      await clean(storage, { cluster, typeIds: rows.map(([id]) => Number(id)), signal });
      await forgetCluster(storage.database, cluster);
    },
    async cleanClusterResource(cluster, type, signal) {
      storage.database.refuseClosed();
      refuseAborted(signal, `removing ${type.resource} of cluster '${cluster}'`);
      const typeId = await storage.types.id(type);
      await clean(storage, { cluster, typeIds: typeId === undefined ? [] : [typeId], signal });
    },
    async health() {
      try {
        await storage.database.query(verbatim('SELECT revision FROM revision'));
        return { healthy: true };
      } catch (error) {
        return { healthy: false, reason: error instanceof Error ? error.message : String(error) };
      }
    },
    shutdown: () => storage.shutdown(),
  };
}
