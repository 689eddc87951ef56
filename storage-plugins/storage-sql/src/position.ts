import { createStorageError } from '@clusterdex/storage-contract';
import type { SqlValue } from './sql.js';

/** A position in an order: the values of its terms, as URL-safe text. Integers beyond 2^53 keep their digits. */
export function encodePosition(values: readonly SqlValue[]): string {
  const plain = values.map((value) => (typeof value === 'bigint' ? { integer: String(value) } : value));
  return Buffer.from(JSON.stringify(plain)).toString('base64url');
}

function isPositionValue(value: unknown): value is string | number | null | { integer: string } {
  if (value === null || typeof value === 'string' || typeof value === 'number') return true;
  return (
    typeof value === 'object' &&
    'integer' in value &&
    typeof value.integer === 'string' &&
    /^-?\d{1,19}$/.test(value.integer)
  );
}

/** Throws INVALID for anything that `encodePosition` did not make for an order of `length` terms. */
export function decodePosition(position: string, length: number): SqlValue[] {
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(position, 'base64url').toString());
  } catch {
    values = undefined;
  }
  if (!Array.isArray(values) || values.length !== length || !values.every(isPositionValue)) {
    throw createStorageError(
      'INVALID',
      `expected a position of a list in this order, found '${position.slice(0, 64)}'`,
    );
  }
  return values.map((value) => (value !== null && typeof value === 'object' ? BigInt(value.integer) : value));
}
