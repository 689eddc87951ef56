import { setImmediate } from 'node:timers/promises';
import { createStorageError } from '@clusterdex/storage-contract';
import type { Journal } from './journal.js';
import type { MemoryState } from './memory-state.js';
import type { Operation } from './operation.js';
import { PendingChanges } from './pending-changes.js';

/** Waiting tasks are synced together up to about this many bytes, each operation and change counting as so many beside its own. */
const bytesPerSync = 4 * 1024 * 1024;
const bytesPerChange = 4096;

export interface Task {
  /** Called when its turn comes. What it returns is done; undefined is nothing. It may throw. */
  decide(pending: PendingChanges): { readonly operation: Operation; readonly bytes: readonly Uint8Array[] } | undefined;
  /** Its operation changes more than PendingChanges tell, so others have to wait for it and it for others. */
  readonly alone?: boolean;
}

interface Waiting {
  readonly task: Task;
  resolve(): void;
  reject(error: unknown): void;
}

/** The one way to change the state: decided, in the journal, in the state, in one order; several waiting tasks with one sync. */
export class Writer {
  readonly #state: MemoryState;
  readonly #journal: Journal | undefined;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #failure: string | undefined;

  constructor(state: MemoryState, journal: Journal | undefined) {
    this.#state = state;
    this.#journal = journal;
  }

  /** Why the last write failed, if it did. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Resolves when what the task decided is durable and seen by reads. */
  submit(task: Task): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#commitSome();
    this.#running = undefined;
  }

  async #commitSome(): Promise<void> {
    const pending = new PendingChanges(this.#state);
    const deciding: Waiting[] = [];
    const operations: Operation[] = [];
    const bytes: Uint8Array[] = [];
    let size = 0;
    let next = this.#waiting[0];
    while (next !== undefined && size < bytesPerSync) {
      this.#waiting.shift();
      try {
        const decided = next.task.decide(pending);
        deciding.push(next);
        if (decided !== undefined) {
          operations.push(decided.operation);
          size += decided.operation.do === 'write' ? decided.operation.changes.length * bytesPerChange : bytesPerChange;
          for (const piece of decided.bytes) {
            bytes.push(piece);
            size += piece.byteLength;
          }
        }
      } catch (error) {
        next.reject(error);
      }
      const following = this.#waiting[0];
      next = next.task.alone || following?.task.alone ? undefined : following;
    }
    try {
      // Writes that wait for no disk, one behind the other, would keep the event loop from everybody else.
      if (operations.length === 0 || this.#journal === undefined) await setImmediate();
      if (operations.length > 0) await this.#commit(operations, bytes);
      for (const { resolve } of deciding) resolve();
    } catch (error) {
      for (const { reject } of deciding) reject(error);
    }
  }

  async #commit(operations: readonly Operation[], bytes: readonly Uint8Array[]): Promise<void> {
    const text = JSON.stringify(operations);
    try {
      await this.#journal?.append({ operations: text, bytes });
      this.#failure = undefined;
    } catch (cause) {
      const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'see the cause';
      this.#failure = `the journal cannot be written: ${reason}`;
      throw createStorageError('UNAVAILABLE', `nothing was stored because ${this.#failure}`, { cause });
    }
    // As from the journal: strings that a caller has cut out of a larger text would keep all of that text in memory.
    const copies = JSON.parse(text) as readonly Operation[];
    const iterator = bytes[Symbol.iterator]();
    for (const operation of copies) this.#state.apply(operation, iterator);
    this.#state.history.wake();
  }
}
