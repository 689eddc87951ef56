/** Memory for answers, used again: a large buffer for each answer would be a garbage collection for every few answers. */
export interface BufferPool {
  /** A buffer of at least `length` bytes, whose content is arbitrary. Whoever takes it gives it back, or leaves it to the garbage collector. */
  take(length: number): Buffer;
  give(buffer: Buffer): void;
}

/** Keeps at most `capacity` bytes of what is given back. */
export function createBufferPool(capacity: number): BufferPool {
  const free: Buffer[] = [];
  let kept = 0;
  return {
    take(length) {
      const index = free.findIndex((buffer) => buffer.length >= length);
      const [found] = index === -1 ? [] : free.splice(index, 1);
      if (found === undefined) return Buffer.allocUnsafeSlow(roundUp(length));
      kept -= found.length;
      return found;
    },
    give(buffer) {
      // The smallest come first, so that each answer takes the smallest that it fits in.
      kept += buffer.length;
      const index = free.findIndex(({ length }) => length >= buffer.length);
      free.splice(index === -1 ? free.length : index, 0, buffer);
      while (kept > capacity) kept -= free.shift()?.length ?? 0;
    },
  };
}

/** A power of two: a list is seldom as long as the one before. */
function roundUp(length: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(length, 4096)));
}
