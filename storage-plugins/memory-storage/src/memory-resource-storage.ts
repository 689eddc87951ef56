import {
  createStorageError,
  type ObjectChange,
  type ResourceStorage,
  type ResourceType,
} from '@clusterdex/storage-contract';
import { assertSupported } from './assert-supported.js';
import { decideChanges } from './decide-changes.js';
import { explainList } from './explain-list.js';
import { listRecords, toStoredObject } from './list-records.js';
import { Pacer } from './pacer.js';
import type { StorageCore } from './storage-core.js';
import { watchRecords } from './watch-records.js';

/** So many changes, or bytes of them, are decided and synced in one go; between two of these other calls get their turn. */
const changesPerTask = 500;
const bytesPerTask = 4 * 1024 * 1024;

/** The objects of one type. */
export function createResourceStorage(core: StorageCore, type: ResourceType): ResourceStorage {
  const { state, writer } = core;
  return {
    async get(cluster, namespace, name, options = {}) {
      core.check();
      const record = state.clusterTable(type, cluster)?.records.get(namespace, name);
      if (record !== undefined) return toStoredObject(record, { state, collection: false }, options);
      const where = namespace === '' ? '' : ` in namespace ${namespace}`;
      throw createStorageError('NOT_FOUND', `${type.resource} ${name}${where} of cluster ${cluster} is not stored`);
    },

    async *list(options, signal) {
      const pacer = new Pacer(core, signal);
      assertSupported(options);
      const table = state.typeTable(type);
      const tables = table === undefined ? [] : [table];
      yield* listRecords({ state, tables, collection: false }, options, pacer);
    },

    async explain(options) {
      core.check();
      return explainList(options);
    },

    watch(options, revision, signal) {
      const tables = () => [state.typeTable(type) ?? []].flat();
      return watchRecords(core, { options, revision, signal, collection: false, tables });
    },

    async write(cluster, changes, signal) {
      const pacer = new Pacer(core, signal);
      let written = 0;
      let unchanged = 0;
      for (const some of portions(changes)) {
        await writer.submit({
          decide(pending) {
            pacer.check();
            const request = { cluster, type, changes: some, now: core.now() };
            const { operation, bytes, result } = decideChanges(request, pending);
            written += result.written;
            unchanged += result.unchanged;
            return operation && { operation, bytes };
          },
        });
      }
      return { written, unchanged };
    },

    async recordEvents(cluster, events) {
      core.check();
      await writer.submit({
        // What is known already is left out, which takes a state that nothing is on its way to.
        alone: true,
        decide() {
          core.check();
          const known = state.eventsOfCluster(cluster);
          const recorded = new Set<string>();
          const fresh = events.filter(({ involvedUid, eventUid, json }) => {
            const key = `${involvedUid}\0${eventUid}`;
            const present = known.get(involvedUid)?.get(eventUid);
            if (json.length === 0) return present !== undefined || recorded.has(key);
            recorded.add(key);
            return present === undefined || Buffer.compare(present.json, json) !== 0;
          });
          if (fresh.length === 0) return undefined;
          return {
            operation: { do: 'recordEvents', cluster, events: fresh.map(({ json: _json, ...event }) => event) },
            bytes: fresh.map((event) => event.json),
          };
        },
      });
    },
  };
}

function* portions(changes: readonly ObjectChange[]): Generator<readonly ObjectChange[], void, undefined> {
  let start = 0;
  let bytes = 0;
  for (const [index, change] of changes.entries()) {
    bytes += change.type === 'upsert' ? change.object.json.byteLength : 0;
    if (index - start + 1 < changesPerTask && bytes < bytesPerTask) continue;
    yield changes.slice(start, index + 1);
    start = index + 1;
    bytes = 0;
  }
  if (start < changes.length) yield changes.slice(start);
}
