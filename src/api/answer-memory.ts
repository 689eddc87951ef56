import { type BufferPool, createBufferPool } from './buffer-pool.js';

/** Of answers under way to as many clients as a machine has processors, and some more. */
const poolBytes = 32 * 1024 * 1024;

/** For the bytes of lists: given back when they are with the client. */
export const answerMemory: BufferPool = createBufferPool(poolBytes);

/** Gives memory back when what was in it is with the client, or never will be. */
export function releaseAnswer(memory: Buffer): (error?: Error | null) => void {
  return (error) => {
    // After an error nobody knows whether the bytes are still being read.
    if (!error) answerMemory.give(memory);
  };
}
