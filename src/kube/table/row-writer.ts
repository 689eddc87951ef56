/** Rows on their way out: bytes in one piece of memory that grows. */
export interface RowWriter {
  text(text: string): void;
  bytes(bytes: Uint8Array, start: number, end: number): void;
  /** What was written; the writer is empty then. The bytes are the caller's. */
  take(): Buffer;
}

const least = 4096;
const nothing = Buffer.alloc(0);

export function createRowWriter(): RowWriter {
  let buffer = nothing;
  let length = 0;
  // Batches resemble each other, so that the next one needs as much as the last.
  let expected = least;
  const reserve = (size: number) => {
    if (length + size <= buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(expected, buffer.length * 2, length + size));
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  };
  return {
    text(text) {
      // A UTF-16 code unit becomes three bytes at most.
      reserve(text.length * 3);
      length += buffer.write(text, length, 'utf8');
    },
    bytes(bytes, start, end) {
      reserve(end - start);
      buffer.set(bytes.subarray(start, end), length);
      length += end - start;
    },
    take() {
      const taken = buffer.subarray(0, length);
      expected = Math.max(least, length + (length >> 3));
      buffer = nothing;
      length = 0;
      return taken;
    },
  };
}
