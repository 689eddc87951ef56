import {
  createStorageError,
  type StorageFactory,
  type StorageHost,
  type StoredResourceVersion,
  standardCollections,
} from '@clusterdex/storage-contract';
import { compareText } from '@clusterdex/storage-contract/selection';
import { createCollectionStorage } from './memory-collection-storage.js';
import { createResourceStorage } from './memory-resource-storage.js';
import { MemoryState } from './memory-state.js';
import { openJournal } from './open-journal.js';
import type { Operation } from './operation.js';
import { Pacer } from './pacer.js';
import type { StorageCore } from './storage-core.js';
import { Writer } from './writer.js';

const versionsPerBatch = 1000;

export interface MemoryConfig {
  /** Whether what is written outlives the process. */
  readonly journal: boolean;
}

/** Opens the storage: replays the journal, if there is to be one. */
export async function createMemoryStorageFactory(config: MemoryConfig, host: StorageHost): Promise<StorageFactory> {
  const state = new MemoryState();
  const opened = config.journal ? await openJournal(state, host) : undefined;
  const writer = new Writer(state, opened?.journal);
  let closing: Promise<void> | undefined;

  const core: StorageCore = {
    state,
    writer,
    now: () => host.now(),
    check() {
      if (closing !== undefined) throw createStorageError('CLOSED', 'the storage memory is shut down');
    },
  };

  async function change(operation: Operation, { alone }: { alone: boolean }, signal?: AbortSignal): Promise<void> {
    const pacer = new Pacer(core, signal);
    await writer.submit({
      alone,
      decide() {
        pacer.check();
        return { operation, bytes: [] };
      },
    });
  }

  // A new storage counts from the time, so that a revision of an earlier one in its place is not taken for one of this. In microseconds,
  // since many changes can be made in a millisecond.
  if (state.isNew) await change({ do: 'setRevision', revision: host.now() * 1000 }, { alone: true });
  state.keepHistory();

  return {
    async prepareCluster() {
      core.check();
    },

    async *resourceVersions(cluster, signal) {
      const pacer = new Pacer(core, signal);
      let batch: StoredResourceVersion[] = [];
      for (const { type, clusters } of state.types()) {
        for (const { namespace, name, resourceVersion } of clusters.get(cluster)?.records.from('', '') ?? []) {
          if (pacer.due()) await pacer.pause();
          batch.push({ type, namespace, name, resourceVersion });
          if (batch.length === versionsPerBatch) {
            yield batch;
            pacer.check();
            batch = [];
          }
        }
      }
      if (batch.length > 0) yield batch;
    },

    putClusterInventory: (inventory) => change({ do: 'putInventory', inventory }, { alone: false }),

    async clusterInventories() {
      core.check();
      return [...state.inventories.values()].sort((a, b) => compareText(a.cluster, b.cluster));
    },

    collectionResources: () => standardCollections,
    resourceStorage: (type) => createResourceStorage(core, type),
    collectionResourceStorage: (name) => createCollectionStorage(core, name),

    cleanCluster: (cluster, signal) => change({ do: 'cleanCluster', cluster }, { alone: true }, signal),
    cleanClusterResource: (cluster, type, signal) =>
      change({ do: 'cleanType', cluster, type }, { alone: true }, signal),

    async health() {
      if (closing !== undefined) return { healthy: false, reason: 'the storage is shut down' };
      return writer.failure === undefined ? { healthy: true } : { healthy: false, reason: writer.failure };
    },

    shutdown() {
      closing ??= (async () => {
        state.history.wake();
        await writer.idle();
        await opened?.close();
      })();
      return closing;
    },
  };
}
