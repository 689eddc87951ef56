import { setTimeout as delay } from 'node:timers/promises';
import { isStorageError } from '@clusterdex/storage-contract';

export interface RetryOptions {
  /** Ends the waiting, not what is under way. */
  readonly signal: AbortSignal;
  readonly onRetry?: (error: Error, waitMilliseconds: number) => void;
  /** How long to wait before each further attempt. */
  readonly waits?: readonly number[];
}

const defaultWaits: readonly number[] = [100, 200, 400, 800, 1600, 3200, 6400];

/** Repeats what failed with a retryable StorageError; rejects with the last error when there is no more patience. */
export async function retry<Result>(act: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  for (const wait of options.waits ?? defaultWaits) {
    try {
      return await act();
    } catch (error) {
      if (!isStorageError(error) || !error.retryable || options.signal.aborted) throw error;
      options.onRetry?.(error, wait);
      await delay(wait, undefined, { signal: options.signal }).catch(() => {
        throw error;
      });
    }
  }
  return act();
}
