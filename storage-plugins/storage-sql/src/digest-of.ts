import { createHash } from 'node:crypto';

/** 128 bits of SHA-256 as hexadecimal digits: tells the same bytes again from other ones. */
export function digestOf(json: Uint8Array): string {
  return createHash('sha256').update(json).digest('hex').slice(0, 32);
}
