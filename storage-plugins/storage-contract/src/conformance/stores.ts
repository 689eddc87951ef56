import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StorageFactory } from '../storage-factory.js';
import type { ConformanceOptions } from './conformance-run.js';

/** Stores that are closed and removed together. */
export interface Stores {
  readonly directories: readonly string[];
  createDirectory(): Promise<string>;
  open(directory: string): Promise<StorageFactory>;
  close(): Promise<void>;
}

export function createStores(options: Pick<ConformanceOptions, 'open' | 'remove'>): Stores {
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
