/** What a promise came to, or that the time or the caller's patience ran out first. */
export type DeadlineResult<T> = { readonly value: T } | { readonly late: 'timeout' | 'aborted' };

/** A longer timer would fire at once. */
const longestTimer = 2 ** 31 - 1;

/** Waits for `promise` at most `milliseconds` and until `signal` aborts. What it still brings afterwards goes to `onLate`. */
export function withDeadline<T>(
  promise: Promise<T>,
  milliseconds: number,
  options: { readonly signal?: AbortSignal; readonly onLate?: (value: T) => void } = {},
): Promise<DeadlineResult<T>> {
  const { signal, onLate } = options;
  return new Promise((resolve, reject) => {
    let over = false;
    const finish = (): boolean => {
      if (over) return false;
      over = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
      return true;
    };
    const aborted = (): void => {
      if (finish()) resolve({ late: 'aborted' });
    };
    const timer = setTimeout(
      () => {
        if (finish()) resolve({ late: 'timeout' });
      },
      Math.min(milliseconds, longestTimer),
    );
    signal?.addEventListener('abort', aborted);
    promise.then(
      (value) => (finish() ? resolve({ value }) : onLate?.(value)),
      (error: unknown) => {
        if (finish()) reject(error);
      },
    );
    if (signal?.aborted) aborted();
  });
}
