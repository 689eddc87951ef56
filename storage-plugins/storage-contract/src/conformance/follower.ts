import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { isStorageError } from '../errors.js';
import type { CollectionListOptions } from '../list-options.js';
import type { StorageFactory } from '../storage-factory.js';
import type { StoredObject } from '../stored-object.js';
import type { WatchBatch, WatchEvent } from '../watch.js';
import { type Listing, list, listCollection, textOf } from './listing.js';
import { pods } from './test-objects.js';
import { compareRevisions, revisionOf } from './watching.js';

/** What a watcher follows, and how well behaved it is. */
export interface FollowerOptions {
  readonly name: string;
  readonly options: CollectionListOptions;
  /** Pods, unless it is the collection of any type. */
  readonly collection?: boolean;
  /** The longest that it takes over a batch, in milliseconds. */
  readonly slowness?: number;
  /** The longest that it stays before it breaks off and begins anew where it was, in milliseconds. */
  readonly stay?: number;
  readonly random: () => number;
}

/** What ends a follower: a revision, known only when everything is written. */
export interface FollowerEnd {
  /** Aborts as soon as there is one. */
  readonly signal: AbortSignal;
  readonly revision: string | undefined;
}

/** Keeps a view of the store by watching, as an informer does: list, watch, begin anew where it was, list again when that is too long ago. */
export class Follower {
  readonly name: string;
  readonly #options: FollowerOptions;
  readonly #view = new Map<string, string>();
  #revision: string | undefined;
  /** A list may be ahead of its revision: up to here its objects come again as events. */
  #listedAt = '';
  lists = 0;
  watches = 0;
  events = 0;

  constructor(options: FollowerOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Follows until it has seen every change up to the end. `open` waits while the storage restarts. */
  async run(open: () => Promise<StorageFactory>, end: FollowerEnd): Promise<void> {
    while (!this.#isBehind(end)) {
      const storage = await open();
      try {
        if (this.#revision === undefined) await this.#list(storage);
        else await this.#watch(storage, this.#revision, end);
      } catch (error) {
        if (!isStorageError(error)) throw error;
        if (error.code === 'EXPIRED') this.#revision = undefined;
        else if (error.code !== 'CLOSED' || (await open()) === storage) throw error;
      }
    }
  }

  /** Fails unless the view is what the store holds. */
  async compare(storage: StorageFactory): Promise<void> {
    const stored = viewOf(await this.#read(storage));
    assert.deepEqual(new Map([...this.#view].sort()), new Map([...stored].sort()), `the view of ${this.name}`);
  }

  #isBehind({ revision }: FollowerEnd): boolean {
    return revision !== undefined && this.#revision !== undefined && compareRevisions(this.#revision, revision) >= 0;
  }

  async #list(storage: StorageFactory): Promise<void> {
    this.lists++;
    const listing = await this.#read(storage);
    this.#listedAt = await revisionOf(storage);
    this.#view.clear();
    for (const [key, json] of viewOf(listing)) this.#view.set(key, json);
    this.#revision = listing.revision;
  }

  #read(storage: StorageFactory): Promise<Listing> {
    const { options, collection } = this.#options;
    return collection ? listCollection(storage, 'any', options) : list(storage, options);
  }

  async #watch(storage: StorageFactory, revision: string, end: FollowerEnd): Promise<void> {
    this.watches++;
    const { slowness = 0, stay, random } = this.#options;
    const controller = new AbortController();
    const abort = () => controller.abort();
    const leave = stay === undefined ? undefined : setTimeout(abort, random() * stay);
    end.signal.addEventListener('abort', abort);
    try {
      for await (const batch of this.#open(storage, revision, controller.signal)) {
        this.#apply(batch);
        if (this.#isBehind(end)) return;
        if (slowness > 0 && !end.signal.aborted) await delay(random() * slowness);
      }
      assert.ok(controller.signal.aborted, `${this.name}: a watch goes on until its signal aborts`);
    } finally {
      clearTimeout(leave);
      end.signal.removeEventListener('abort', abort);
      abort();
    }
  }

  #open(storage: StorageFactory, revision: string, signal: AbortSignal): AsyncIterable<WatchBatch> {
    const { options, collection } = this.#options;
    const source = collection ? storage.collectionResourceStorage('any') : storage.resourceStorage(pods);
    assert.ok(source.watch, 'a storage with the capability watch has watch()');
    return source.watch(Object.freeze(options), revision, signal);
  }

  #apply({ events, revision }: WatchBatch): void {
    for (const event of events) {
      const reached = this.#revision ?? '';
      const text = `${this.name}: ${event.type} ${keyOf(event.object)} at ${event.revision}`;
      assert.ok(compareRevisions(event.revision, reached) > 0, `${text}, behind ${reached}: an event is not repeated`);
      this.#applyEvent(event, text);
      this.#revision = event.revision;
      this.events++;
    }
    assert.ok(compareRevisions(revision, this.#revision ?? '') >= 0, `${this.name}: a batch ends behind its events`);
    this.#revision = revision;
  }

  #applyEvent({ type, revision, object }: WatchEvent, text: string): void {
    const key = keyOf(object);
    if (compareRevisions(revision, this.#listedAt) > 0) {
      const known = this.#view.has(key);
      assert.equal(type === 'ADDED', !known, `${text}, which was ${known ? '' : 'not '}there: no event is missing`);
    }
    if (type === 'DELETED') this.#view.delete(key);
    else this.#view.set(key, textOf(object.json));
  }
}

function keyOf({ cluster, namespace, name, type = pods }: StoredObject): string {
  return `${type.resource} ${cluster}/${namespace}/${name}`;
}

function viewOf({ objects }: Listing): ReadonlyMap<string, string> {
  return new Map(objects.map((object) => [keyOf(object), textOf(object.json)]));
}
