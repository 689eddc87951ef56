import { type Capabilities, createStorageError, type StorageFactory } from '@clusterdex/storage-contract';
import { createTestHost } from '@clusterdex/storage-contract/conformance';
import plugin from 'memory-storage';
import type { Fault } from './mutants.js';

/** A fault of the way in which stores are opened. */
export interface StoreMutant extends Fault {
  readonly capabilities?: Partial<Capabilities>;
  /** Another opener for each run. */
  create(): (directory: string) => Promise<StorageFactory>;
}

const openMemory = (directory: string) => plugin.createStorageFactory({ journal: false }, createTestHost(directory));

export const storeMutants: readonly StoreMutant[] = [
  {
    fault: 'forgets everything at a restart, though it says that it is durable',
    foundBy: 'what was written is there after a restart, byte for byte',
    create: () => openMemory,
  },
  {
    fault: 'shares everything between two stores',
    foundBy: 'two stores are separate and empty',
    create() {
      let shared: Promise<StorageFactory> | undefined;
      return async (directory) => {
        shared ??= openMemory(directory);
        return { ...(await shared), shutdown: async () => undefined };
      };
    },
  },
  {
    fault: 'breaks off its migration when another does the same',
    foundBy: 'two that open an empty store at once share it',
    capabilities: { multiProcess: true },
    create() {
      const stores = new Map<string, StorageFactory>();
      const migrating = new Set<string>();
      return async (directory) => {
        if (migrating.has(directory)) throw createStorageError('INTERNAL', 'the table exists already');
        migrating.add(directory);
        const store = stores.get(directory) ?? (await openMemory(directory));
        stores.set(directory, store);
        migrating.delete(directory);
        return { ...store, shutdown: async () => undefined };
      };
    },
  },
];
