import { Buffer } from 'node:buffer';
import type { Value } from './sql-backend.js';

/** A column of JSON or text: some drivers give it as bytes, others as a string. */
export const bytesOf = (value: Value): Uint8Array => (value instanceof Uint8Array ? value : Buffer.from(String(value)));

export const textOf = (value: Value): string =>
  value instanceof Uint8Array
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString()
    : String(value);
