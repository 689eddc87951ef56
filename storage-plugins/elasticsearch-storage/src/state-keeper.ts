import { randomInt } from 'node:crypto';
import { createStorageError } from '@clusterdex/storage-contract';
import type { Engine } from './engine.js';
import { isConnectionLoss, statusOf } from './map-error.js';
import type { StoreState } from './store-state.js';

const stateId = 'state';
const mostTries = 200;

/** Says what becomes of the state; undefined leaves it. May be asked again, about a newer state, and about one that it has changed already. */
export type StateChange = (state: StoreState) => StoreState | undefined;

interface Versioned {
  readonly state: StoreState;
  readonly sequence: number;
  readonly term: number;
}

interface GetAnswer {
  readonly found: boolean;
  readonly _source: { readonly state: StoreState };
  readonly _seq_no: number;
  readonly _primary_term: number;
}

interface Waiting {
  readonly change: StateChange;
  resolve(state: StoreState): void;
  reject(error: unknown): void;
}

/** Reads and replaces the state of the store. Changes that are asked for while one is on its way go together in the next. */
export class StateKeeper {
  readonly #engine: Engine;
  readonly #index: string;
  #known: Versioned | undefined;
  #waiting: Waiting[] = [];
  #running = false;
  #nextRead: Promise<StoreState> | undefined;
  #reading: Promise<unknown> = Promise.resolve();
  #readsOpen = 0;

  constructor(engine: Engine, metaIndex: string) {
    this.#engine = engine;
    this.#index = metaIndex;
  }

  /** Makes the state of a new store, unless somebody has. */
  async create(now: number): Promise<StoreState> {
    const state: StoreState = {
      salt: [randomInt(2 ** 32), randomInt(2 ** 32)],
      revision: now,
      trimmed: now,
      writes: 0,
      pending: {},
      batches: [],
      pages: [],
    };
    try {
      await this.#engine.raw({
        method: 'PUT',
        path: `/${this.#index}/_create/${stateId}`,
        query: { require_alias: true },
        body: { kind: 'state', state },
        what: 'creating the state',
        repeatable: true,
      });
    } catch (error) {
      if (statusOf(error) !== 409) throw error;
    }
    return this.read();
  }

  /** As it is when this is called, or newer. Who asks while a read is on its way shares the one behind it. */
  read(signal?: AbortSignal): Promise<StoreState> {
    if (this.#readsOpen === 0) return this.#startRead(signal);
    this.#nextRead ??= (async () => {
      await this.#reading.catch(() => {});
      this.#nextRead = undefined;
      return this.#startRead();
    })();
    return this.#nextRead;
  }

  /** Resolves to the state with the change, which is durable then. */
  update(change: StateChange): Promise<StoreState> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject });
      if (!this.#running) void this.#run();
    });
  }

  #startRead(signal?: AbortSignal): Promise<StoreState> {
    this.#readsOpen++;
    const reading = this.#get(signal).then(({ state }) => state);
    this.#reading = reading;
    const done = () => {
      this.#readsOpen--;
    };
    reading.then(done, done);
    return reading;
  }

  async #get(signal?: AbortSignal): Promise<Versioned> {
    const answer = await this.#engine.request<GetAnswer>({
      method: 'GET',
      path: `/${this.#index}/_doc/${stateId}`,
      what: 'reading the state',
      repeatable: true,
      ...(signal && { signal }),
    });
    const found = { state: answer._source.state, sequence: answer._seq_no, term: answer._primary_term };
    if (this.#known === undefined || found.sequence >= this.#known.sequence) this.#known = found;
    return found;
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#waiting.length > 0) {
      const some = this.#waiting;
      this.#waiting = [];
      try {
        await this.#apply(some);
      } catch (error) {
        for (const { reject } of some) reject(error);
      }
    }
    this.#running = false;
  }

  async #apply(some: readonly Waiting[]): Promise<void> {
    for (let attempt = 0; attempt < mostTries; attempt++) {
      const before = this.#known ?? (await this.#get());
      const refused: { waiting: Waiting; error: unknown }[] = [];
      let { state } = before;
      for (const waiting of some) {
        try {
          state = waiting.change(state) ?? state;
        } catch (error) {
          refused.push({ waiting, error });
        }
      }
      if (state === before.state) {
        // What is known may be old: whoever was refused, or had nothing to do, has to hear that of the newest.
        const newest = await this.#get();
        if (newest.sequence !== before.sequence) continue;
      } else if (!(await this.#put(state, before))) {
        this.#known = undefined;
        if (attempt > 2) await this.#engine.pause(Math.min(attempt - 2, 3));
        continue;
      }
      for (const waiting of some) {
        const refusal = refused.find((one) => one.waiting === waiting);
        if (refusal === undefined) waiting.resolve(state);
        else waiting.reject(refusal.error);
      }
      return;
    }
    throw createStorageError('UNAVAILABLE', `too many write to Elasticsearch at ${this.#engine.server} at once`);
  }

  /** False: somebody else was first, or nobody knows. */
  async #put(state: StoreState, before: Versioned): Promise<boolean> {
    try {
      const answer = await this.#engine.raw<{ _seq_no: number; _primary_term: number }>({
        method: 'PUT',
        path: `/${this.#index}/_doc/${stateId}`,
        query: { require_alias: true, if_seq_no: before.sequence, if_primary_term: before.term },
        body: { kind: 'state', state },
        what: 'writing the state',
      });
      this.#known = { state, sequence: answer._seq_no, term: answer._primary_term };
      return true;
    } catch (error) {
      if (statusOf(error) === 409) return false;
      if (!isConnectionLoss(error)) return this.#engine.rethrow(error);
      // The change may have arrived: it is asked again, of what is there then. Whoever cannot be reached says so to the read.
      return false;
    }
  }
}
