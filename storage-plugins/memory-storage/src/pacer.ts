import { setImmediate } from 'node:timers/promises';
import { createStorageError } from '@clusterdex/storage-contract';

/** How long one call may keep the event loop to itself, in milliseconds. */
const slice = 5;
/** The clock is looked at once in so many steps. */
const stepsBetweenLooks = 16;

/** Lets the rest of the process run during long work, and ends the work when it is no longer wanted. */
export class Pacer {
  #steps = 0;
  #sliceEnd = performance.now() + slice;

  constructor(
    readonly storage: { check(): void },
    readonly signal: AbortSignal | undefined,
  ) {
    this.check();
  }

  /** Whether it is time to `pause`; to be asked at every step. */
  due(): boolean {
    return ++this.#steps % stepsBetweenLooks === 0 && performance.now() >= this.#sliceEnd;
  }

  async pause(): Promise<void> {
    await setImmediate();
    this.#sliceEnd = performance.now() + slice;
    this.check();
  }

  /** Throws CLOSED after shutdown, TIMEOUT when the signal has aborted. */
  check(): void {
    this.storage.check();
    if (this.signal?.aborted) {
      throw createStorageError('TIMEOUT', 'the call was aborted', { cause: this.signal.reason });
    }
  }
}
