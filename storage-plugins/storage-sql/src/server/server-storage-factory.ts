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
import { afterPosition } from '../order.js';
import { type Sql, sql, verbatim } from '../sql.js';
import { forgetCluster, inventories, recordEvents } from './auxiliary-writer.js';
import { refuseAborted } from './change-writer.js';
import type { ListScope, ServerStorage } from './server-storage.js';
import type { Row } from './sql-backend.js';
import { textOf } from './values.js';
import { watchChanges } from './watch-changes.js';

const rowsPerStep = 1000;
const placeOrder = ['r.namespace', 'r.name'].map((column) => ({
  expression: verbatim(column),
  descending: false,
  nullable: false,
}));

function createResourceStorage(storage: ServerStorage, type: ResourceType): ResourceStorage {
  const scope = async (): Promise<ListScope> => {
    const known = await storage.types.id(type);
    if (known !== undefined) return { typeIds: [known], collection: false };
    const state = await storage.state.read();
    const created = await storage.types.id(type);
    return { typeIds: created === undefined ? [] : [created], collection: false, state };
  };
  return {
    async get(cluster, namespace, name, options) {
      const typeId = await storage.types.id(type);
      const object =
        typeId === undefined
          ? undefined
          : await storage.reader.get([typeId, cluster, namespace, name], options?.injectEvents === true);
      if (object === undefined) {
        storage.backend.database.refuseClosed();
        const place = namespace === '' ? '' : ` in namespace '${namespace}'`;
        throw createStorageError(
          'NOT_FOUND',
          `no ${type.resource} '${name}'${place} of cluster '${cluster}' is stored`,
        );
      }
      return object;
    },
    list: (options: ListOptions, signal) => storage.list({ options, scope, signal }),
    explain: (options: ListOptions, signal) => storage.explain({ options, scope, signal }),
    watch: (options: ListOptions, revision, signal) => watchChanges(storage, scope, { options, revision, signal }),
    async write(cluster, changes: readonly ObjectChange[], signal) {
      storage.backend.database.refuseClosed();
      refuseAborted(signal, 'the write');
      const result = await storage.writer.write({ type, cluster, signal }, changes);
      if (result.written > 0) storage.wake();
      return result;
    },
    async recordEvents(cluster, events) {
      storage.backend.database.refuseClosed();
      await recordEvents(storage.backend, cluster, events);
    },
  };
}

async function* resourceVersions(
  storage: ServerStorage,
  cluster: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly StoredResourceVersion[]> {
  storage.backend.database.refuseClosed();
  for (const [typeId, type] of [...(await storage.types.all())]) {
    let after: readonly [string, string] | undefined = ['', ''];
    while (after !== undefined) {
      refuseAborted(signal, 'reading the resource versions');
      const behind: Sql = afterPosition(placeOrder, after, storage.backend.dialect);
      const found: readonly Row[] = await storage.backend.database.query(
        sql`SELECT r.namespace, r.name, r.resource_version FROM resources r
          WHERE r.type_id = ${typeId} AND r.cluster = ${cluster} AND ${behind}
          ORDER BY r.namespace, r.name LIMIT ${verbatim(String(rowsPerStep))}`,
        { name: 'versions' },
      );
      const rows = found.map((row) => row.map(textOf) as [string, string, string]);
      if (rows.length > 0)
        yield rows.map((row) => ({ type, namespace: row[0], name: row[1], resourceVersion: row[2] }));
      const last = rows.length < rowsPerStep ? undefined : rows.at(-1);
      after = last === undefined ? undefined : [last[0], last[1]];
    }
  }
  refuseAborted(signal, 'reading the resource versions');
}

async function clean(
  storage: ServerStorage,
  { cluster, typeIds, signal }: { cluster: string; typeIds: readonly number[]; signal: AbortSignal | undefined },
): Promise<void> {
  for (const typeId of typeIds) {
    let removed = rowsPerStep;
    while (removed === rowsPerStep) {
      storage.backend.database.refuseClosed();
      refuseAborted(signal, `removing cluster '${cluster}'`);
      removed = await storage.writer.removeSome({ typeId, cluster }, rowsPerStep);
      storage.wake();
    }
  }
}

export function createServerStorageFactory(storage: ServerStorage): StorageFactory {
  return {
    async prepareCluster() {
      storage.backend.database.refuseClosed();
    },
    resourceVersions: (cluster, signal) => resourceVersions(storage, cluster, signal),
    putClusterInventory: (inventory) => storage.backend.putInventory(inventory.cluster, JSON.stringify(inventory)),
    async clusterInventories() {
      return (await inventories(storage.backend)).map((text) => JSON.parse(text) as ClusterInventory);
    },
    collectionResources: () => standardCollections,
    resourceStorage: (type) => createResourceStorage(storage, type),
    collectionResourceStorage(name): CollectionResourceStorage {
      const collection = standardCollections.find((candidate) => candidate.name === name);
      if (collection === undefined) throw createStorageError('NOT_FOUND', `there is no collection resource '${name}'`);
      const scopeOf = async (options: CollectionListOptions): Promise<ListScope> => {
        const types = collection.types.length > 0 ? collection.types : (options.types ?? []);
        if (types === 'all') return { typeIds: undefined, collection: true };
        const state = await storage.state.read();
        return { typeIds: await storage.types.ids(types, state.types), collection: true, state };
      };
      return {
        list: (options: CollectionListOptions, signal) =>
          storage.list({ options, scope: () => scopeOf(options), signal }),
        explain: (options: CollectionListOptions, signal) =>
          storage.explain({ options, scope: () => scopeOf(options), signal }),
        watch: (options: CollectionListOptions, revision, signal) =>
          watchChanges(storage, () => scopeOf(options), { options, revision, signal }),
      };
    },
    async cleanCluster(cluster, signal) {
      storage.backend.database.refuseClosed();
      refuseAborted(signal, `removing cluster '${cluster}'`);
      const rows = await storage.backend.database.query(
        sql`SELECT t.id FROM types t WHERE EXISTS (SELECT 1 FROM resources r WHERE r.type_id = t.id AND r.cluster = ${cluster})`,
      );
      await clean(storage, { cluster, typeIds: rows.map(([id]) => Number(id)), signal });
      await forgetCluster(storage.backend, cluster);
    },
    async cleanClusterResource(cluster, type, signal) {
      storage.backend.database.refuseClosed();
      refuseAborted(signal, `removing ${type.resource} of cluster '${cluster}'`);
      const typeId = await storage.types.id(type);
      await clean(storage, { cluster, typeIds: typeId === undefined ? [] : [typeId], signal });
    },
    async fieldIndexes() {
      storage.backend.database.refuseClosed();
      const { declarations } = await storage.fields.refresh();
      return declarations.map(({ text, state }) => ({ declaration: text, state }));
    },
    async health() {
      try {
        await storage.backend.database.query(verbatim('SELECT revision FROM revision'));
        return { healthy: true };
      } catch (error) {
        return { healthy: false, reason: error instanceof Error ? error.message : String(error) };
      }
    },
    shutdown: () => storage.shutdown(),
  };
}
