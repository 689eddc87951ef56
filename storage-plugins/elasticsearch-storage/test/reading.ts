import { isStorageError, type ListOptions, type StorageFactory, type WatchEvent } from '@clusterdex/storage-contract';
import { configMaps } from './support.js';

export async function listNames(storage: StorageFactory, options: ListOptions = {}): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { objects } of storage.resourceStorage(configMaps).list(options)) {
    names.push(...objects.map(({ name }) => name));
  }
  return names;
}

export async function revisionOf(storage: StorageFactory): Promise<string> {
  for await (const { revision } of storage.resourceStorage(configMaps).list({ limit: 1 })) return revision ?? '';
  return '';
}

/** Every event from a revision to another; goes on behind the last one through errors that may be retried. */
export async function eventsBetween(storage: StorageFactory, from: string, to: string): Promise<readonly WatchEvent[]> {
  const events: WatchEvent[] = [];
  const controller = new AbortController();
  let revision = from;
  while (Number(revision) < Number(to)) {
    const { watch } = storage.resourceStorage(configMaps);
    if (watch === undefined) throw new Error('there is no watch');
    for await (const batch of watch({}, revision, controller.signal)) {
      events.push(...batch.events);
      revision = batch.revision;
      if (Number(revision) >= Number(to)) break;
    }
  }
  return events;
}

/** Again and again while the error may be retried, with a deadline. */
export async function eventually<Result>(work: () => Promise<Result>): Promise<Result> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline || !isStorageError(error) || !error.retryable) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
