import { isAscii } from 'node:buffer';

/** JSON as text in lower case, in which every letter and digit stands for itself; undefined where some are beyond ASCII, or written as `\u`. */
export function plainLowerText(json: Uint8Array): string | undefined {
  if (!isAscii(json)) return undefined;
  const buffer = Buffer.isBuffer(json) ? json : Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  return buffer.includes('\\u') ? undefined : buffer.toString('latin1').toLowerCase();
}
