import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StorageFactory } from '../storage-factory.js';
import type { ConformanceCase } from './conformance-case.js';
import type { ConformanceOptions } from './conformance-run.js';
import { store, type TestObject } from './test-objects.js';

export interface CaseRunner {
  /** Rejects when the storage fails the case. */
  run(one: ConformanceCase): Promise<void>;
  /** Closes and removes what is still open. */
  close(): Promise<void>;
}

/** Runs one case after the other, on stores of their own; cases with the same fleet share one. */
export function createCaseRunner(options: ConformanceOptions): CaseRunner {
  let shared: { fleet: readonly TestObject[]; stores: Stores; storage: StorageFactory } | undefined;

  async function close(): Promise<void> {
    const stores = shared?.stores;
    shared = undefined;
    await stores?.close();
  }

  async function storesFor({ fleet }: ConformanceCase): Promise<{ stores: Stores; storage: StorageFactory }> {
    if (fleet !== undefined && fleet === shared?.fleet) return shared;
    await close();
    const stores = createStores(options);
    try {
      const storage = await stores.open(await stores.createDirectory());
      if (fleet !== undefined) {
        await store(storage, fleet);
        shared = { fleet, stores, storage };
      }
      return { stores, storage };
    } catch (error) {
      await stores.close();
      throw error;
    }
  }

  return {
    close,
    async run(one) {
      const { stores, storage } = await storesFor(one);
      let current = storage;
      const [directory = ''] = stores.directories;
      try {
        await one.run({
          storage,
          capabilities: options.capabilities,
          openAnother: async () => stores.open(await stores.createDirectory()),
          openSame: () => stores.open(directory),
          async reopen() {
            await current.shutdown();
            current = await stores.open(directory);
            return current;
          },
        });
      } finally {
        if (stores !== shared?.stores) await stores.close();
      }
    },
  };
}

interface Stores {
  readonly directories: readonly string[];
  createDirectory(): Promise<string>;
  open(directory: string): Promise<StorageFactory>;
  close(): Promise<void>;
}

function createStores(options: ConformanceOptions): Stores {
  const directories: string[] = [];
  const opened: StorageFactory[] = [];
  return {
    directories,
    async createDirectory() {
      const directory = await mkdtemp(join(tmpdir(), 'clusterdex-conformance-'));
      directories.push(directory);
      return directory;
    },
    async open(directory) {
      const storage = await options.open(directory);
      opened.push(storage);
      return storage;
    },
    async close() {
      // A case may have shut its storage down itself; a second shutdown may refuse.
      await Promise.allSettled(opened.map((storage) => storage.shutdown()));
      for (const directory of directories) {
        await options.remove?.(directory);
        await rm(directory, { recursive: true, force: true });
      }
    },
  };
}
