import {
  type CollectionListOptions,
  type CollectionResourceStorage,
  createStorageError,
  type ListOptions,
  type ResourceStorage,
  type ResourceType,
  type StorageFactory,
  type StorageSchema,
  type StoredResourceVersion,
  standardCollections,
} from '@clusterdex/storage-contract';
import { cleanObjects } from './clean-objects.js';
import { documentId, type StoredDocument, term } from './document.js';
import { explainList } from './explain-list.js';
import { isOneOf } from './field-query.js';
import { toStoredObject, toType } from './hit-batch.js';
import { type ListScope, listObjects } from './list-objects.js';
import { ListOrder } from './list-order.js';
import { statusOf } from './map-error.js';
import type { Store } from './store.js';
import { watchChanges } from './watch-changes.js';

const versionsPerPage = 1000;

export function createElasticsearchStorageFactory(store: Store, schema: StorageSchema): StorageFactory {
  return {
    async prepareCluster() {
      store.check(undefined);
    },
    resourceVersions: (cluster, signal) => resourceVersions(store, cluster, signal),
    async putClusterInventory(inventory) {
      store.check(undefined);
      await store.events.putInventory(inventory);
    },
    async clusterInventories() {
      store.check(undefined);
      return store.events.inventories();
    },
    collectionResources: () => standardCollections,
    resourceStorage: (type) => createResourceStorage(store, type),
    collectionResourceStorage: (name) => createCollectionStorage(store, name),
    async cleanCluster(cluster, signal) {
      await cleanObjects(store, { cluster, type: undefined, signal });
      await store.events.forget(cluster, signal);
    },
    cleanClusterResource: (cluster, type, signal) => cleanObjects(store, { cluster, type, signal }),
    schema: () => schema,
    health: () => store.health(),
    shutdown: () => store.shutdown(),
  };
}

function createResourceStorage(store: Store, type: ResourceType): ResourceStorage {
  const scope: ListScope = { types: [type], collection: false };
  return {
    async get(cluster, namespace, name, options) {
      store.check(undefined);
      const source = await getDocument(store, documentId(type, [cluster, namespace, name]));
      if (source === undefined) {
        const place = namespace === '' ? '' : ` in namespace '${namespace}'`;
        throw createStorageError(
          'NOT_FOUND',
          `no ${type.resource} '${name}'${place} of cluster '${cluster}' is stored`,
        );
      }
      const events =
        options?.injectEvents === true
          ? (await store.events.of([source.state])).get(`${cluster} ${source.state.uid}`)
          : undefined;
      return toStoredObject({ source, events }, { onlyMetadata: false, collection: false, rowPrefix: undefined });
    },
    list: (options: ListOptions, signal) => listObjects(store, { options, scope, signal }),
    explain: (options: ListOptions, signal) => explainList(store, { options, scope, signal }),
    watch: (options: ListOptions, revision, signal) => watchChanges(store, { options, scope, revision, signal }),
    async write(cluster, changes, signal) {
      store.check(signal);
      const result = await store.writer.write({ type, cluster }, changes, signal);
      if (result.written > 0) store.feed.wake();
      return result;
    },
    async recordEvents(cluster, events) {
      store.check(undefined);
      await store.events.record(cluster, events);
    },
  };
}

/** As it was written last, whether or not a search would find it yet. */
async function getDocument(store: Store, id: string): Promise<StoredDocument | undefined> {
  try {
    const { _source } = await store.engine.raw<{ _source: StoredDocument }>({
      method: 'GET',
      path: `/${store.names.resources}/_doc/${id}`,
      what: 'get',
      repeatable: true,
    });
    return _source;
  } catch (error) {
    const isMissing = statusOf(error) === 404 && (error as { body?: { found?: boolean } }).body?.found === false;
    return isMissing ? undefined : store.engine.rethrow(error);
  }
}

function createCollectionStorage(store: Store, name: string): CollectionResourceStorage {
  const collection = standardCollections.find((candidate) => candidate.name === name);
  if (collection === undefined) throw createStorageError('NOT_FOUND', `there is no collection resource '${name}'`);
  const scopeOf = (options: CollectionListOptions): ListScope => {
    const types = collection.types.length > 0 ? collection.types : (options.types ?? []);
    return { types: types === 'all' ? undefined : types, collection: true };
  };
  return {
    list: (options: CollectionListOptions, signal) => listObjects(store, { options, scope: scopeOf(options), signal }),
    explain: (options: CollectionListOptions, signal) =>
      explainList(store, { options, scope: scopeOf(options), signal }),
    watch: (options: CollectionListOptions, revision, signal) =>
      watchChanges(store, { options, scope: scopeOf(options), revision, signal }),
  };
}

async function* resourceVersions(
  store: Store,
  cluster: string,
  signal?: AbortSignal,
): AsyncGenerator<readonly StoredResourceVersion[]> {
  store.check(signal);
  await store.readable(signal);
  const query = isOneOf('search.cluster', [term(cluster)]);
  const request = { query, order: new ListOrder({}), after: undefined, size: versionsPerPage, signal };
  for await (const hits of store.search.pages({ ...request, state: true })) {
    store.check(signal);
    yield hits.flatMap(({ _source }): StoredResourceVersion[] => {
      if (_source === undefined) return [];
      const { type, namespace, name, resourceVersion } = _source.state;
      return [{ type: toType(type), namespace, name, resourceVersion }];
    });
  }
  store.check(signal);
}
