import { createStorageError } from '@clusterdex/storage-contract';

/** What every call has in common: refused behind a shutdown and when its signal aborts; writes run one behind the other. */
export interface Calls {
  /** CLOSED, or TIMEOUT. */
  check(signal?: AbortSignal): void;
  write<Result>(work: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  /** Batches, until the end, a shutdown or the abort of the signal. */
  read<Batch>(batches: AsyncIterable<Batch>, signal?: AbortSignal): AsyncIterable<Batch>;
  readonly isClosed: boolean;
  /** Refuses what comes, waits for the writes, then ends. */
  close(end: () => Promise<void>): Promise<void>;
}

export function createCalls(): Calls {
  let tail: Promise<unknown> = Promise.resolve();
  let closing: Promise<void> | undefined;

  function check(signal?: AbortSignal): void {
    if (closing !== undefined) throw createStorageError('CLOSED', 'the storage is shut down');
    if (signal?.aborted) throw createStorageError('TIMEOUT', 'the caller aborted');
  }

  return {
    check,
    get isClosed() {
      return closing !== undefined;
    },
    async write(work, signal) {
      check(signal);
      const done = tail.then(() => {
        check(signal);
        return work();
      });
      tail = done.catch(() => undefined);
      return done;
    },
    async *read(batches, signal) {
      check(signal);
      try {
        for await (const batch of batches) {
          check(signal);
          yield batch;
          check(signal);
        }
      } catch (error) {
        // What a database says of a read behind its close is nobody's business.
        check(signal);
        throw error;
      }
    },
    close(end) {
      closing ??= tail.then(end);
      return closing;
    },
  };
}
