import { ConnectionError } from './connection-error.js';
import type { LinkedAbort } from './link-signals.js';
import { toConnectionError } from './to-connection-error.js';
import type { TransportAnswer } from './transport.js';

export interface ResponseBodyOptions {
  readonly server: string;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds between two pieces. */
  readonly idleTimeout: number | undefined;
  /** Ends the request. */
  readonly ending: LinkedAbort;
}

/** The pieces of a stream as they come; errors are ConnectionErrors. What was never read can be returned as well. */
export function responseBody(answer: TransportAnswer, options: ResponseBodyOptions): AsyncIterableIterator<Buffer> {
  const inner = readPieces(answer, options);
  let isBegun = false;
  return {
    next() {
      isBegun = true;
      return inner.next();
    },
    async return() {
      // A generator that was not begun has nothing to clean up.
      if (!isBegun) {
        options.ending.abort();
        options.ending.unlink();
        answer.stream.destroy();
      }
      await inner.return();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* readPieces(
  { stream, isComplete: isEnded }: TransportAnswer,
  options: ResponseBodyOptions,
): AsyncGenerator<Buffer, void> {
  const { server, signal, idleTimeout, ending } = options;
  let isLate = false;
  let isComplete = false;
  const timer =
    idleTimeout === undefined
      ? undefined
      : setTimeout(() => {
          isLate = true;
          ending.abort();
        }, idleTimeout);
  try {
    for await (const piece of stream) {
      timer?.refresh();
      yield piece as Buffer;
      // The time that the reader takes is not the server's.
      timer?.refresh();
    }
    isComplete = true;
  } catch (error) {
    if (isLate) throw new ConnectionError('timeout', `${server}: nothing came for ${idleTimeout} ms`);
    if (signal?.aborted) throw new ConnectionError('aborted', `${server}: aborted by the caller`);
    throw toConnectionError(error, server);
  } finally {
    clearTimeout(timer);
    if (!isComplete) ending.abort();
    ending.unlink();
  }
  // A stream that is destroyed may end as if it were complete.
  if (isLate) throw new ConnectionError('timeout', `${server}: nothing came for ${idleTimeout} ms`);
  if (signal?.aborted) throw new ConnectionError('aborted', `${server}: aborted by the caller`);
  if (!isEnded()) throw new ConnectionError('unreachable', `${server}: the connection was cut within an answer`);
}
