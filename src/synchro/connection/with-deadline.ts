import { ConnectionError } from './connection-error.js';
import { linkSignals } from './link-signals.js';

export interface Deadline {
  readonly signal: AbortSignal | undefined;
  readonly milliseconds: number;
  /** What did not end, for people. */
  readonly what: string;
}

/** Acts with a signal that aborts with the caller's, and when the time is over; then rejects with a ConnectionError `timeout`. */
export async function withDeadline<Result>(
  { signal, milliseconds, what }: Deadline,
  act: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const ending = linkSignals([signal]);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    ending.abort();
  }, milliseconds);
  try {
    return await act(ending.signal);
  } catch (error) {
    if (!isLate || signal?.aborted === true) throw error;
    throw new ConnectionError('timeout', `${what} did not end within ${milliseconds / 1000} seconds`);
  } finally {
    clearTimeout(timer);
    ending.unlink();
  }
}
