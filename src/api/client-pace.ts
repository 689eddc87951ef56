import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';

/** A client that takes no byte for this long, in milliseconds, has gone. */
const stallTimeout = 60_000;

/** Node ends a connection on which nothing moved for that long, and forgets about it once the answer is out. */
export function guardAgainstStall(response: ServerResponse): void {
  response.setTimeout(stallTimeout);
}

/** For an answer that may have nothing to say for hours. */
export function allowSilence(response: ServerResponse): void {
  response.setTimeout(0);
}

/** Resolves when the client takes more, or has gone. */
export function waitForClient(response: Writable): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off('drain', settle);
      response.off('close', settle);
      resolve();
    };
    response.on('drain', settle);
    response.on('close', settle);
  });
}
