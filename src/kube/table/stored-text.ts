import { isAscii } from 'node:buffer';

/** The text of a stored object. */
export function storedText(json: Uint8Array): string {
  const buffer = Buffer.isBuffer(json) ? json : Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  // A third of the time that decoding UTF-8 takes.
  return buffer.toString(isAscii(buffer) ? 'latin1' : 'utf8');
}
