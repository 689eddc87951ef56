import type { SqlValue } from '@clusterdex/storage-sql';

const mostNumbered = 500;
const numbered = new Map<string, string>();

/** `?` as `$1`, `$2`, …; those in quotes are text. */
export function numberPlaceholders(text: string): string {
  const known = numbered.get(text);
  if (known !== undefined) return known;
  let count = 0;
  const result = text.replace(/'[^']*'|"[^"]*"|\?/g, (found) => (found === '?' ? `$${++count}` : found));
  if (numbered.size === mostNumbered) numbered.clear();
  numbered.set(text, result);
  return result;
}

/** PostgreSQL has no NUL in its texts, so what contains one equals nothing that is stored, as this. */
const neverStored = '\u{10ffff}\u0001\u{10ffff}';

/** A value as pg binds it. */
export function bindValue(value: SqlValue): string | number | Buffer | null {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return value.includes('\0') ? neverStored : value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value;
}
