import { createStorageError } from '@clusterdex/storage-contract';
import type { Transition } from '@clusterdex/storage-contract/selection';
import type { StoredRecord } from './stored-record.js';

/** What is kept of the past, whichever is reached first; beyond it a watch has to list again. */
const changesKept = 20_000;
const bytesKept = 32 * 1024 * 1024;

export interface RecordChange extends Transition<StoredRecord> {
  readonly revision: number;
}

/** The last changes. Records never change, so a change is two of them, and costs what the replaced one would have freed. */
export class ChangeHistory {
  /** Those before the first are trimmed, and hold on to nothing. */
  #changes: (RecordChange | undefined)[] = [];
  #first = 0;
  #bytes = 0;
  /** Changes up to this revision are not kept. */
  #trimmed = 0;
  readonly #waiting = new Set<() => void>();

  /** From here on changes are kept. */
  begin(revision: number): void {
    this.#trimmed = revision;
  }

  add(change: RecordChange): void {
    this.#changes.push(change);
    this.#bytes += change.before?.json.byteLength ?? 0;
    while (this.#changes.length - this.#first > changesKept || this.#bytes > bytesKept) {
      const oldest = this.#changes[this.#first];
      if (oldest === undefined) break;
      this.#changes[this.#first++] = undefined;
      this.#bytes -= oldest.before?.json.byteLength ?? 0;
      this.#trimmed = oldest.revision;
    }
    if (this.#first > changesKept) {
      this.#changes = this.#changes.slice(this.#first);
      this.#first = 0;
    }
  }

  /** The changes behind a revision, at most so many; EXPIRED when they are not kept, or were never made. */
  read(after: number, limits: { readonly most: number; readonly latest: number }): readonly RecordChange[] {
    if (after < this.#trimmed || after > limits.latest) {
      throw createStorageError(
        'EXPIRED',
        `expected a revision from ${this.#trimmed} to ${limits.latest}, whose changes are kept, found ${after}; list again`,
      );
    }
    const start = this.#indexBehind(after);
    return this.#changes.slice(start, start + limits.most) as RecordChange[];
  }

  /** Resolves when there are new changes, or the signal aborts. */
  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  #indexBehind(revision: number): number {
    let low = this.#first;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#changes[middle]?.revision ?? 0) > revision) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
