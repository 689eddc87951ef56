import {
  type CollectionListOptions,
  type CollectionResource,
  type CollectionResourceStorage,
  createStorageError,
  standardCollections,
} from '@clusterdex/storage-contract';
import { selectsType } from '@clusterdex/storage-contract/selection';
import { assertSupported } from './assert-supported.js';
import { explainList } from './explain-list.js';
import { listRecords } from './list-records.js';
import type { MemoryState, TypeTable } from './memory-state.js';
import { Pacer } from './pacer.js';
import type { StorageCore } from './storage-core.js';
import { watchRecords } from './watch-records.js';

/** The objects of several types. */
export function createCollectionStorage(core: StorageCore, name: string): CollectionResourceStorage {
  const collection = standardCollections.find((candidate) => candidate.name === name);
  if (collection === undefined) {
    const names = standardCollections.map((candidate) => candidate.name).join(', ');
    throw createStorageError('NOT_FOUND', `there is no collection resource ${name}; there are ${names}`);
  }
  const { state } = core;
  return {
    async *list(options, signal) {
      const pacer = new Pacer(core, signal);
      assertSupported(options);
      yield* listRecords({ state, tables: tablesOf(state, collection, options), collection: true }, options, pacer);
    },

    async explain(options) {
      core.check();
      return explainList(options);
    },

    watch(options, revision, signal) {
      const tables = () => tablesOf(state, collection, options);
      return watchRecords(core, { options, revision, signal, collection: true, tables });
    },
  };
}

function tablesOf(state: MemoryState, { name, types }: CollectionResource, options: CollectionListOptions) {
  const open = types.length === 0;
  if (open !== (options.types !== undefined)) {
    throw createStorageError('INVALID', open ? `${name} needs types` : `${name} has its own types, it takes none`);
  }
  const selectors = options.types ?? types;
  const tables: readonly TypeTable[] = state.types();
  return selectors === 'all' ? tables : tables.filter(({ type }) => selectsType(selectors, type));
}
