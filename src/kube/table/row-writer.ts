/** Rows on their way out: bytes in one piece of memory that grows. */
export interface RowWriter {
  text(text: string): void;
  bytes(bytes: Uint8Array, start: number, end: number): void;
  /** What was written, and an empty writer; the bytes are the caller's. */
  take(): Buffer;
}

export function createRowWriter(capacity: number): RowWriter {
  let buffer = Buffer.allocUnsafeSlow(capacity);
  let length = 0;
  const reserve = (size: number) => {
    if (length + size <= buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, length + size));
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  };
  return {
    text(text) {
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
      buffer = Buffer.allocUnsafeSlow(capacity);
      length = 0;
      return taken;
    },
  };
}
