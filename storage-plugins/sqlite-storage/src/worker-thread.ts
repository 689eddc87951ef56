import { Worker } from 'node:worker_threads';
import { createStorageError, type StorageErrorCode } from '@clusterdex/storage-contract';
import type { OperationName, WorkerOperations, WorkerReply, WorkerRequest, WorkerSetup } from './worker-protocol.js';

interface Waiting {
  resolve(response: unknown): void;
  reject(error: Error): void;
}

/** A thread with a database connection of its own. Requests are answered in their order. */
export class WorkerThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #ended: Error | undefined;

  constructor(setup: WorkerSetup) {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: setup,
      // What a request leaves behind is garbage at once; room for more of it would only be memory that is never used.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: WorkerReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', () => this.#end(undefined));
  }

  get pending(): number {
    return this.#waiting.size;
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  request<Name extends OperationName>(
    operation: Name,
    request: WorkerOperations[Name]['request'],
    transfer: ArrayBuffer[] = [],
  ): Promise<WorkerOperations[Name]['response']> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (response: unknown) => void, reject });
      if (this.#waiting.size === 1) this.#worker.ref();
      this.#worker.postMessage({ id, operation, request } as WorkerRequest, transfer);
    });
  }

  /** Lets what was asked for before finish, closes the database and ends the thread. */
  async close(): Promise<void> {
    await this.request('close', undefined).catch(() => undefined);
    await this.#worker.terminate();
  }

  #settle(reply: WorkerReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (waiting === undefined) return;
    if ('response' in reply) {
      waiting.resolve(reply.response);
      return;
    }
    const { code, message, retryable, stack } = reply.failure;
    waiting.reject(createStorageError(code as StorageErrorCode, message, { retryable, cause: stack }));
  }

  #end(cause: Error | undefined): void {
    this.#ended ??= createStorageError('INTERNAL', 'a thread of the sqlite storage has ended', { cause });
    for (const waiting of this.#waiting.values()) waiting.reject(this.#ended);
    this.#waiting.clear();
  }
}
