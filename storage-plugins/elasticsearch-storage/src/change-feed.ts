import { createStorageError } from '@clusterdex/storage-contract';
import type { ChangePiece } from './change-entry.js';
import type { ChangeLog } from './change-log.js';
import type { StateKeeper } from './state-keeper.js';
import type { CommittedBatch, StoreState } from './store-state.js';

/** How soon a change of another process is noticed. */
const pollMilliseconds = 100;
/** Watchers that are equally far share what they read. */
const piecesKept = 16;

/** Some changes behind a place, in order. */
export interface FeedPiece extends Pick<ChangePiece, 'type' | 'cluster' | 'entries'> {
  /** Of the first entry; each one after it has the next. */
  readonly revision: number;
}

/** The log of changes, as watchers read it. A batch has its revisions from the moment that it is done, so none comes in before a place that was read. */
export class ChangeFeed {
  readonly #state: StateKeeper;
  readonly #log: ChangeLog;
  readonly #observe: (state: StoreState) => void;
  readonly #pieces = new Map<string, Promise<ChangePiece | undefined>>();
  readonly #pages = new Map<number, Promise<readonly CommittedBatch[]>>();
  readonly #waiting = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #polling = false;
  #revision: number | undefined;

  constructor(state: StateKeeper, log: ChangeLog, observe: (state: StoreState) => void) {
    this.#state = state;
    this.#log = log;
    this.#observe = observe;
  }

  /** What comes next behind a revision; undefined when there is nothing yet. EXPIRED when it is not kept. */
  async read(after: number, signal: AbortSignal): Promise<FeedPiece | undefined> {
    const state = await this.#state.read(signal);
    this.#observe(state);
    if (after < state.trimmed || after > state.revision) throw expired(after, state);
    if (after === state.revision) return undefined;
    const batch = await this.#batchBehind(after, state);
    if (batch === undefined) throw expired(after, state);
    const [id, last, changes, pieces] = batch;
    const base = last - changes;
    // Where in the batch: pieces are alike, so a look at the one in question is nearly always right.
    const skip = Math.max(0, after - base);
    for (let number = Math.min(pieces - 1, Math.floor((skip / changes) * pieces)); ; ) {
      const piece = await this.#piece(id, number);
      if (piece === undefined) throw expired(after, state);
      if (piece.first > skip) number--;
      else if (piece.first + piece.entries.length <= skip) number++;
      else {
        const entries = piece.entries.slice(skip - piece.first);
        return { type: piece.type, cluster: piece.cluster, entries, revision: base + skip + 1 };
      }
      if (number < 0 || number >= pieces) throw expired(after, state);
    }
  }

  /** Resolves when something may have changed, or when the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#poll();
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** Wakes whoever waits: this process has written, or the storage closes. */
  wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.wake();
  }

  async #batchBehind(after: number, state: StoreState): Promise<CommittedBatch | undefined> {
    const [oldest] = state.batches;
    const isBehind = ([, last]: CommittedBatch) => last > after;
    if (oldest !== undefined && oldest[1] - oldest[2] <= after) return state.batches.find(isBehind);
    const page = state.pages.find((last) => last > after);
    const older = page === undefined ? [] : await this.#page(page);
    return older.find(isBehind) ?? state.batches.find(isBehind);
  }

  #page(last: number): Promise<readonly CommittedBatch[]> {
    return shared(this.#pages, last, () => this.#log.page(last));
  }

  #piece(batch: string, number: number): Promise<ChangePiece | undefined> {
    return shared(this.#pieces, `${batch}.${number}`, () => this.#log.piece(batch, number));
  }

  /** The first look always wakes: what happened between a watcher's last read and its wait is not missed. */
  #poll(): void {
    if (this.#timer !== undefined) return;
    this.#revision = undefined;
    this.#timer = setInterval(() => void this.#look(), pollMilliseconds);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    if (this.#waiting.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    if (this.#polling) return;
    this.#polling = true;
    try {
      const state = await this.#state.read();
      this.#observe(state);
      if (state.revision === this.#revision) return;
      this.#revision = state.revision;
      this.wake();
    } catch {
      // Whoever waits finds out with its next read.
      this.wake();
    } finally {
      this.#polling = false;
    }
  }
}

/** Of what was asked for last; a failure is not kept. */
function shared<Key, Value>(kept: Map<Key, Promise<Value>>, key: Key, read: () => Promise<Value>): Promise<Value> {
  const known = kept.get(key);
  if (known !== undefined) return known;
  const reading = read();
  kept.set(key, reading);
  reading.catch(() => kept.delete(key));
  if (kept.size > piecesKept) kept.delete(kept.keys().next().value as Key);
  return reading;
}

const expired = (after: number, { trimmed, revision }: StoreState) =>
  createStorageError(
    'EXPIRED',
    `expected a revision from ${trimmed} to ${revision}, whose changes are kept, found ${after}; list again`,
  );
