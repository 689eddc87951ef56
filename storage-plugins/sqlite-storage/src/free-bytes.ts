import { MessageChannel } from 'node:worker_threads';

/** A port that nobody listens to: what is transferred to it is freed. */
const { port1: drain } = new MessageChannel();
let isClosed = false;
drain.once('close', () => {
  isClosed = true;
});
drain.close();

/**
 * Frees the memory of these bytes, which must fill their buffer, at once. The garbage collector would collect the whole heap for it, after
 * every few dozen megabytes: 1 ms for a page of 2.4 MB, instead of 0.05.
 */
export function freeBytes(bytes: Uint8Array): void {
  if (isClosed && bytes.byteLength === bytes.buffer.byteLength)
    drain.postMessage(undefined, [bytes.buffer as ArrayBuffer]);
}
