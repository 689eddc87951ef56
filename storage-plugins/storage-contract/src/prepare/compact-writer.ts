const quote = 0x22;
const backslash = 0x5c;
const retainedBytes = 1 << 20;

let retained = Buffer.allocUnsafeSlow(64 << 10);

/** Collects the bytes of one object; `finish` gives a copy that owns its memory. */
export interface CompactWriter {
  readonly target: Buffer;
  length: number;
}

/** `capacity` is an upper bound of what will be written. Only one writer is in use at a time. */
export function createCompactWriter(capacity: number): CompactWriter {
  if (capacity > retained.length) {
    const larger = Buffer.allocUnsafeSlow(Math.max(capacity, Math.min(2 * retained.length, retainedBytes)));
    if (larger.length > retainedBytes) return { target: larger, length: 0 };
    retained = larger;
  }
  return { target: retained, length: 0 };
}

export function writeText(writer: CompactWriter, text: string): void {
  writer.length += writer.target.write(text, writer.length, 'utf8');
}

export function writeByte(writer: CompactWriter, byte: number): void {
  writer.target[writer.length++] = byte;
}

/** Copies `source[start..end]`, which is valid JSON, as it is. */
export function writeBytes(writer: CompactWriter, source: Uint8Array, [start, end]: readonly [number, number]): void {
  writer.target.set(source.subarray(start, end), writer.length);
  writer.length += end - start;
}

/** Copies `source[start..end]`, which is valid JSON, without the white space outside strings. */
export function writeCompact(writer: CompactWriter, source: Uint8Array, [start, end]: readonly [number, number]): void {
  const { target } = writer;
  let to = writer.length;
  for (let i = start; i < end; i++) {
    const byte = source[i] as number;
    if (byte <= 0x20) continue;
    target[to++] = byte;
    if (byte !== quote) continue;
    for (i++; source[i] !== quote; i++) {
      target[to++] = source[i] as number;
      if (source[i] === backslash) target[to++] = source[++i] as number;
    }
    target[to++] = quote;
  }
  writer.length = to;
}

export function finishWriter(writer: CompactWriter): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(writer.length);
  writer.target.copy(bytes, 0, 0, writer.length);
  return bytes;
}
