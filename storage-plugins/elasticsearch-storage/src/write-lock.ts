import { randomBytes } from 'node:crypto';
import { createStorageError } from '@clusterdex/storage-contract';
import type { Engine } from './engine.js';
import type { StateKeeper } from './state-keeper.js';
import type { CommittedBatch, PendingBatch, StoreState } from './store-state.js';

const beatMilliseconds = 3000;
/** Whoever has not given a sign of life for so long is taken for dead. */
const deadMilliseconds = 10_000;
/** A writer that was not sure for so long looks before it goes on. */
const sureMilliseconds = 5000;

/** A batch on its way, and the place that it holds. */
export interface HeldBatch {
  readonly key: string;
  readonly batch: string;
  sureAt: number;
}

interface Sighting extends PendingBatch {
  readonly since: number;
}

class Occupied extends Error {
  readonly pending: PendingBatch;
  constructor(pending: PendingBatch) {
    super('somebody else writes there');
    this.pending = pending;
  }
}

/**
 * Who writes objects of a type of a cluster: one at a time, among all processes. Times are those of this process alone, so clocks need not
 * agree. What a dead writer left is finished before anybody else begins.
 */
export class WriteLock {
  readonly #engine: Engine;
  readonly #state: StateKeeper;
  readonly #recover: (held: HeldBatch) => Promise<void>;
  readonly #held = new Map<string, HeldBatch>();
  /** Batches that this process began and could not finish. */
  readonly #abandoned = new Set<string>();
  readonly #seen = new Map<string, Sighting>();
  #timer: NodeJS.Timeout | undefined;

  constructor(engine: Engine, state: StateKeeper, recover: (held: HeldBatch) => Promise<void>) {
    this.#engine = engine;
    this.#state = state;
    this.#recover = recover;
  }

  async begin(key: string, signal: AbortSignal | undefined): Promise<HeldBatch> {
    const batch = randomBytes(9).toString('base64url');
    for (let attempt = 0; ; attempt++) {
      if (signal?.aborted) throw createStorageError('TIMEOUT', 'the write was aborted', { cause: signal.reason });
      try {
        await this.#state.update((state) => {
          const pending = state.pending[key];
          if (pending?.batch === batch) return undefined;
          if (pending !== undefined) throw new Occupied(pending);
          return { ...state, pending: { ...state.pending, [key]: { batch, beat: 0 } } };
        });
        return this.#hold(key, batch);
      } catch (error) {
        if (!(error instanceof Occupied)) throw error;
        if (!(await this.recoverIfDead(key, error.pending))) await this.#engine.pause(Math.min(attempt, 2), signal);
      }
    }
  }

  /** Finishes what a writer left that gives no sign of life; false while it may live. */
  async recoverIfDead(key: string, pending: PendingBatch): Promise<boolean> {
    if (this.#held.get(key)?.batch === pending.batch) return false;
    const now = performance.now();
    const seen = this.#seen.get(key);
    if (seen === undefined || seen.batch !== pending.batch || seen.beat !== pending.beat) {
      this.#seen.set(key, { ...pending, since: now });
      if (!this.#abandoned.has(pending.batch)) return false;
    } else if (!this.#abandoned.has(pending.batch) && now - seen.since < deadMilliseconds) return false;
    try {
      await this.#state.update((state) => {
        const found = state.pending[key];
        if (found?.batch !== pending.batch || found.beat !== pending.beat) throw new Occupied(pending);
        return { ...state, pending: { ...state.pending, [key]: { ...pending, beat: pending.beat + 1000 } } };
      });
    } catch (error) {
      if (error instanceof Occupied) return true;
      throw error;
    }
    const held = this.#hold(key, pending.batch);
    try {
      await this.#recover(held);
      this.#abandoned.delete(pending.batch);
    } catch (error) {
      this.abandon(held);
      throw error;
    }
    return true;
  }

  /** Looks after writers that died, whenever somebody reads the state anyway. */
  watch(state: StoreState): void {
    for (const [key, pending] of Object.entries(state.pending)) {
      const seen = this.#seen.get(key);
      const isSuspect = seen?.batch === pending.batch && performance.now() - seen.since >= deadMilliseconds;
      if (seen?.batch !== pending.batch || isSuspect || this.#abandoned.has(pending.batch)) {
        this.recoverIfDead(key, pending).catch((error: unknown) => {
          this.#engine.logger.warn({ error: String(error) }, 'what a writer left is not finished yet');
        });
      }
    }
  }

  /** Throws CONFLICT when the place was given to somebody else, because this process seemed dead. */
  async makeSure(held: HeldBatch): Promise<void> {
    if (performance.now() - held.sureAt < sureMilliseconds) return;
    const { pending } = await this.#state.read();
    if (pending[held.key]?.batch !== held.batch) throw takenOver();
    held.sureAt = performance.now();
  }

  /** The batch is done: its changes have the revisions up to that of the resulting state. */
  async commit(held: HeldBatch, changes: number, pieces: number): Promise<StoreState> {
    const state = await this.#state.update((state) => {
      if (state.batches.some(([batch]) => batch === held.batch)) return undefined;
      if (state.pending[held.key]?.batch !== held.batch) throw takenOver();
      const revision = state.revision + changes;
      const committed: CommittedBatch = [held.batch, revision, changes, pieces];
      const { [held.key]: _done, ...pending } = state.pending;
      return { ...state, revision, writes: state.writes + 1, pending, batches: [...state.batches, committed] };
    });
    this.#drop(held);
    return state;
  }

  /** Nothing was changed but, perhaps, rows. */
  async release(held: HeldBatch, wrote: boolean): Promise<void> {
    await this.#state.update((state) => {
      if (state.pending[held.key]?.batch !== held.batch) return undefined;
      const { [held.key]: _done, ...pending } = state.pending;
      return { ...state, writes: state.writes + (wrote ? 1 : 0), pending };
    });
    this.#drop(held);
  }

  /** Nobody knows how far it came: it is finished by the next that reads or writes here. */
  abandon(held: HeldBatch): void {
    this.#drop(held);
    this.#abandoned.add(held.batch);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #hold(key: string, batch: string): HeldBatch {
    const held = { key, batch, sureAt: performance.now() };
    this.#held.set(key, held);
    this.#seen.delete(key);
    this.#timer ??= setInterval(() => void this.#beat(), beatMilliseconds).unref();
    return held;
  }

  #drop(held: HeldBatch): void {
    if (this.#held.get(held.key) === held) this.#held.delete(held.key);
    if (this.#held.size === 0) this.stop();
  }

  async #beat(): Promise<void> {
    const all = [...this.#held.values()];
    const now = performance.now();
    try {
      const after = await this.#state.update((state) => {
        const pending = { ...state.pending };
        for (const { key, batch } of all) {
          const found = pending[key];
          if (found?.batch === batch) pending[key] = { batch, beat: found.beat + 1 };
        }
        return { ...state, pending };
      });
      for (const held of all) if (after.pending[held.key]?.batch === held.batch) held.sureAt = now;
    } catch {
      // Whoever is not sure looks before it goes on.
    }
  }
}

const takenOver = () =>
  createStorageError('CONFLICT', 'this process gave no sign of life for so long that another one took over its write');
