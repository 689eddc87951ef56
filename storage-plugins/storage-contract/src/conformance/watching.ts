import assert from 'node:assert/strict';
import type { CollectionListOptions } from '../list-options.js';
import type { StorageFactory } from '../storage-factory.js';
import type { WatchBatch, WatchEvent } from '../watch.js';
import { list, textOf } from './listing.js';
import { pods } from './test-objects.js';

const patience = 20_000;

/** A watch that runs while a case goes on. */
export interface Watcher {
  /** Reads until so many events have come; fails when they do not come in time. */
  events(count: number): Promise<readonly WatchEvent[]>;
  /** Reads until every change up to this revision is delivered. */
  until(revision: string): Promise<readonly WatchEvent[]>;
  /** How far it has come. */
  readonly revision: string;
  /** Ends the watch; resolves when it has ended. */
  stop(): Promise<void>;
}

export async function revisionOf(storage: StorageFactory): Promise<string> {
  const { revision } = await list(storage, { limit: 1 });
  assert.ok(revision !== undefined);
  return revision;
}

export function watchPods(storage: StorageFactory, revision: string, options: CollectionListOptions = {}): Watcher {
  const resource = storage.resourceStorage(pods);
  assert.ok(resource.watch, 'a storage with the capability watch has watch()');
  const controller = new AbortController();
  return createWatcher(resource.watch(Object.freeze(options), revision, controller.signal), revision, controller);
}

export function watchCollection(storage: StorageFactory, revision: string, options: CollectionListOptions): Watcher {
  const any = storage.collectionResourceStorage('any');
  assert.ok(any.watch, 'a storage with the capabilities watch and collectionResources watches collections');
  const controller = new AbortController();
  return createWatcher(any.watch(Object.freeze(options), revision, controller.signal), revision, controller);
}

/** `ADDED name`, and so on, of each event. */
export const summaries = (events: readonly WatchEvent[]): readonly string[] =>
  events.map(({ type, object }) => `${type} ${object.name}`);

function createWatcher(batches: AsyncIterable<WatchBatch>, start: string, controller: AbortController): Watcher {
  const iterator = batches[Symbol.asyncIterator]();
  let reached = start;
  let next: Promise<IteratorResult<WatchBatch>> | undefined;
  /** An unread answer is kept for the next reader, so that a deadline loses nothing. */
  async function read(): Promise<readonly WatchEvent[]> {
    next ??= iterator.next();
    const { value, done } = await within(next);
    next = undefined;
    assert.ok(!done, 'a watch goes on until its signal aborts');
    checkBatch(value, reached);
    reached = value.revision;
    return value.events;
  }
  return {
    async events(count) {
      const events: WatchEvent[] = [];
      while (events.length < count) events.push(...(await read()));
      return events;
    },
    async until(revision) {
      const events: WatchEvent[] = [];
      while (compareRevisions(reached, revision) < 0) events.push(...(await read()));
      return events;
    },
    get revision() {
      return reached;
    },
    async stop() {
      controller.abort();
      for (let result = await within(next ?? iterator.next()); !result.done; result = await within(iterator.next()));
    },
  };
}

/** Decimal numbers without leading zeros: shorter is smaller. */
export function compareRevisions(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

function checkBatch({ events, revision }: WatchBatch, reached: string): void {
  let last = reached;
  for (const event of events) {
    assert.ok(compareRevisions(event.revision, last) > 0, `revisions grow: ${event.revision} behind ${last}`);
    last = event.revision;
    const { metadata } = JSON.parse(textOf(event.object.json)) as { metadata: { name: string } };
    assert.equal(metadata.name, event.object.name, 'an event stands beside its own bytes');
  }
  assert.ok(compareRevisions(revision, last) >= 0, 'the revision of a batch is not before its events');
}

/** Fails when the work takes longer than anybody waits for a watch. */
export async function within<Result>(work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the watch said nothing for ${patience} ms`)), patience);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
