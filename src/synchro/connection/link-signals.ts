import { setMaxListeners } from 'node:events';

/** A signal of its own that aborts when others do, until it is unlinked. */
export interface LinkedAbort {
  readonly signal: AbortSignal;
  abort(): void;
  /** Has to be called in the end: the others may live as long as the process. */
  unlink(): void;
}

/** In place of AbortSignal.any, which in Node 20 leaves something behind in long-lived signals each time. */
export function linkSignals(others: readonly (AbortSignal | undefined)[]): LinkedAbort {
  const controller = new AbortController();
  const linked = others.filter((other) => other !== undefined);
  const abort = () => controller.abort();
  for (const other of linked) {
    if (other.aborted) abort();
    // Many requests share one signal; that is no leak, as Node would warn.
    setMaxListeners(0, other);
    other.addEventListener('abort', abort);
  }
  return {
    signal: controller.signal,
    abort,
    unlink() {
      for (const other of linked) other.removeEventListener('abort', abort);
    },
  };
}
