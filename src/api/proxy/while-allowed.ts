import { ApiError } from '../api-error.js';

export interface WhileAllowedOptions {
  /** Aborts for other reasons. */
  readonly signal: AbortSignal;
  /** Rejects with ApiError 401 or 403 when the caller may no longer, with anything else when nobody can say. */
  readonly review: () => Promise<void>;
  /** Milliseconds from one review to the next. */
  readonly interval: number;
}

/** In a row; then it is as if the answer had been no. */
const mostUnanswered = 10;

/** Runs `work` with a signal that aborts, with the refusal as its reason, when what was allowed as it began is so no more. */
export async function whileAllowed(
  { signal, review, interval }: WhileAllowedOptions,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  let unanswered = 0;
  let timer = setTimeout(reviewAgain, interval).unref();

  async function reviewAgain(): Promise<void> {
    try {
      await review();
      unanswered = 0;
    } catch (error) {
      const isRefused = error instanceof ApiError && [401, 403].includes(error.status.code);
      if (isRefused || ++unanswered === mostUnanswered) return controller.abort(error);
    }
    if (!ended) timer = setTimeout(reviewAgain, interval).unref();
  }

  let ended = false;
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  try {
    await work(controller.signal);
  } finally {
    ended = true;
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
