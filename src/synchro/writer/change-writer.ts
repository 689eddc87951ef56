import {
  isStorageError,
  type ObjectChange,
  type PreparedWithKind,
  type StorageError,
  type WriteResult,
} from '@clusterdex/storage-contract';
import { Backoff } from '../../timing/backoff.js';
import type { Clock } from '../../timing/clock.js';
import type { WriteBudget } from './write-budget.js';

export interface ChangeWriterOptions {
  write(changes: readonly ObjectChange[], signal: AbortSignal): Promise<WriteResult>;
  readonly budget: WriteBudget;
  readonly clock: Clock;
  /** Ends waiting and retrying; what was begun is finished. */
  readonly signal: AbortSignal;
  /** After each batch that is stored, before anything else is written. */
  readonly onWritten: (changes: readonly QueuedChange[], result: WriteResult, seconds: number) => void | Promise<void>;
  /** Once for each object that is not stored, for a reason that is its own. */
  readonly onRefused: (change: QueuedChange, error: StorageError) => void;
  /** The storage asks to try again, or failed; undefined when it took a batch again. */
  readonly onTrouble: (error: StorageError | undefined) => void;
}

/** `replaces`: the newer version, of another history, that is stored. */
export type QueuedChange =
  | { readonly type: 'upsert'; readonly object: PreparedWithKind; readonly replaces?: string }
  | { readonly type: 'delete'; readonly namespace: string; readonly name: string; readonly resourceVersion?: string };

const batchObjects = 1000;
const batchBytes = 4 << 20;
/** What a change costs besides its bytes, in memory and in a storage. */
const changeBytes = 512;
/** Attempts of a batch that a storage fails at without saying that it may be tried again. */
const patience = 3;

/**
 * Writes the changes of one type in their order: while a batch is written, the next is gathered, so that batches are as large as the
 * storage is slow. Of changes of one object that wait together only the last is written.
 */
export class ChangeWriter {
  private queue: QueuedChange[] = [];
  /** Where in the queue the upsert of an object waits. */
  private places = new Map<string, number>();
  private queueBytes = 0;
  private running: Promise<void> | undefined;
  private onRoom: (() => void) | undefined;
  private since: number | undefined;
  private failure: unknown;

  constructor(private readonly options: ChangeWriterOptions) {}

  /** Milliseconds since the epoch at which the oldest change came that is not written yet. */
  get waitingSince(): number | undefined {
    return this.since;
  }

  /** A promise when there is no room: for one caller at a time. Rejects when writing has ended for good. */
  add(change: QueuedChange): Promise<void> | undefined {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    const bytes = sizeOf(change);
    if (this.queue.length >= batchObjects || this.queueBytes + bytes > batchBytes) {
      if (this.queue.length > 0 && this.running !== undefined) return this.addLater(change, bytes);
    }
    const reserved = this.options.budget.reserve(bytes, this.options.signal);
    if (reserved === undefined) this.put(change, bytes);
    else return reserved.then(() => this.put(change, bytes));
    return undefined;
  }

  /** Resolves when everything that was added is written or refused. */
  async settle(): Promise<void> {
    while (this.running !== undefined) await this.running;
    if (this.failure !== undefined) throw this.failure;
  }

  private async addLater(change: QueuedChange, bytes: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.onRoom = resolve;
    });
    if (this.failure !== undefined) throw this.failure;
    await this.options.budget.reserve(bytes, this.options.signal);
    this.put(change, bytes);
  }

  private put(change: QueuedChange, bytes: number): void {
    this.since ??= this.options.clock.now();
    if (!this.coalesce(change, bytes)) {
      this.queueBytes += bytes;
      const key = keyOf(change);
      if (change.type === 'upsert') this.places.set(key, this.queue.length);
      else this.places.delete(key);
      this.queue.push(change);
    }
    this.running ??= this.run();
  }

  /** A newer state of an object in the place of the one that waits; not of another object of the same name. */
  private coalesce(change: QueuedChange, bytes: number): boolean {
    if (change.type !== 'upsert' || change.replaces !== undefined) return false;
    const place = this.places.get(keyOf(change));
    const earlier = place === undefined ? undefined : this.queue[place];
    if (place === undefined || earlier?.type !== 'upsert' || earlier.object.uid !== change.object.uid) return false;
    this.queue[place] = earlier.replaces === undefined ? change : { ...change, replaces: earlier.replaces };
    const before = sizeOf(earlier);
    this.queueBytes += bytes - before;
    this.options.budget.release(before);
    return true;
  }

  private async run(): Promise<void> {
    // Whatever else the piece that was read holds comes into the same batch.
    await new Promise<void>((resolve) => setImmediate(resolve));
    try {
      while (this.queue.length > 0) await this.writeQueue();
    } catch (error) {
      this.failure = error;
      this.options.budget.release(this.queue.reduce((sum, change) => sum + sizeOf(change), 0));
      this.queue = [];
    } finally {
      this.running = undefined;
      this.onRoom?.();
    }
  }

  private async writeQueue(): Promise<void> {
    const batch = this.queue;
    const since = this.options.clock.now();
    this.queue = [];
    this.places = new Map();
    this.queueBytes = 0;
    this.onRoom?.();
    this.onRoom = undefined;
    try {
      await this.options.budget.write(() => this.write(batch), this.options.signal);
    } finally {
      this.options.budget.release(batch.reduce((sum, change) => sum + sizeOf(change), 0));
    }
    this.since = this.queue.length > 0 ? since : undefined;
  }

  private async write(batch: readonly QueuedChange[], attempts = patience): Promise<void> {
    const { signal, clock, onTrouble } = this.options;
    const backoff = new Backoff(clock, { first: 250 });
    for (let attempt = 1; ; attempt++) {
      const begun = performance.now();
      try {
        const result = await this.options.write(batch.flatMap(toChanges), signal);
        onTrouble(undefined);
        await this.options.onWritten(batch, result, (performance.now() - begun) / 1000);
        return;
      } catch (error) {
        if (!isStorageError(error) || error.code === 'CLOSED' || signal.aborted) throw error;
        const isOfObjects = error.code === 'INVALID' || (!error.retryable && attempt >= attempts);
        if (isOfObjects) return this.divide(batch, error);
        onTrouble(error);
      }
      await backoff.wait(signal);
      signal.throwIfAborted();
    }
  }

  /** One of them is refused: halves until it stands alone. */
  private async divide(batch: readonly QueuedChange[], error: StorageError): Promise<void> {
    const [only] = batch;
    if (only === undefined) return;
    if (batch.length === 1) {
      this.options.onTrouble(undefined);
      this.options.onRefused(only, error);
      return;
    }
    const middle = batch.length >> 1;
    await this.write(batch.slice(0, middle), 1);
    await this.write(batch.slice(middle), 1);
  }
}

/**
 * An object that went back to an older version replaces what is stored only when that is gone: that, and nothing that is newer, since another process
 * may write by the time that this arrives.
 */
function toChanges(change: QueuedChange): readonly ObjectChange[] {
  if (change.type === 'delete') return [change];
  const { object } = change;
  const upsert: ObjectChange = { type: 'upsert', object };
  if (change.replaces === undefined) return [upsert];
  const { namespace, name } = object;
  return [{ type: 'delete', namespace, name, resourceVersion: change.replaces }, upsert];
}

function keyOf(change: QueuedChange): string {
  const { namespace, name } = change.type === 'upsert' ? change.object : change;
  return `${namespace}/${name}`;
}

function sizeOf(change: QueuedChange): number {
  return changeBytes + (change.type === 'upsert' ? change.object.json.length + (change.object.row?.length ?? 0) : 0);
}
