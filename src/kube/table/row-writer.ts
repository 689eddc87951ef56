/** Where a writer has its memory from. */
export interface RowMemory {
  /** At least so many bytes, the whole of their ArrayBuffer, whose content is arbitrary. */
  take(length: number): Buffer;
  /** What is not needed any more. */
  give(buffer: Buffer): void;
}

/** Rows on their way out: bytes in one piece of memory that grows. */
export interface RowWriter {
  text(text: string): void;
  bytes(bytes: Uint8Array, start: number, end: number): void;
  byte(byte: number): void;
  /** What was written; the writer is empty then. The bytes are the caller's. */
  take(): Buffer;
  /** Forgets what was written. */
  discard(): void;
}

const least = 4096;
const nothing = Buffer.allocUnsafeSlow(0);
const ownMemory: RowMemory = { take: (length) => Buffer.allocUnsafeSlow(length), give: () => {} };

export function createRowWriter(memory: RowMemory = ownMemory): RowWriter {
  let buffer: Buffer = nothing;
  let length = 0;
  // Batches resemble each other, so that the next one needs as much as the last.
  let expected = least;
  const discard = () => {
    if (buffer.length > 0) memory.give(buffer);
    buffer = nothing;
    length = 0;
  };
  const reserve = (size: number) => {
    if (length + size <= buffer.length) return;
    const larger = memory.take(Math.max(expected, buffer.length * 2, length + size));
    buffer.copy(larger, 0, 0, length);
    if (buffer.length > 0) memory.give(buffer);
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
    byte(byte) {
      reserve(1);
      buffer[length++] = byte;
    },
    take() {
      const taken = buffer.subarray(0, length);
      expected = Math.max(least, length + (length >> 3));
      buffer = nothing;
      length = 0;
      return taken;
    },
    discard,
  };
}

/** What `write` wrote; nothing is left of it for the next one when it throws. */
export function collectRows(writer: RowWriter, write: (to: RowWriter) => void): Buffer {
  try {
    write(writer);
  } catch (error) {
    writer.discard();
    throw error;
  }
  return writer.take();
}
