import { parseQuantity } from './parse-quantity.js';
import { parseTime } from './parse-time.js';

/**
 * `units * 10 ** scale`, exactly. A plain number is a quantity without a suffix, so both are of the sort `number`; a time counts in
 * seconds since the epoch.
 */
export interface Comparable {
  readonly sort: 'number' | 'time';
  readonly units: bigint;
  readonly scale: number;
}

/** What `greaterThan` and `lessThan` can compare: a number, a quantity or an RFC 3339 time; undefined for any other text. */
export function parseComparable(text: string): Comparable | undefined {
  return parseQuantity(text) ?? parseTime(text);
}

/** Negative, 0 or positive; undefined when they are of different sorts. */
export function compareComparables(a: Comparable, b: Comparable): number | undefined {
  if (a.sort !== b.sort) return undefined;
  const scale = Math.min(a.scale, b.scale);
  const left = a.units * 10n ** BigInt(a.scale - scale);
  const right = b.units * 10n ** BigInt(b.scale - scale);
  return left < right ? -1 : left > right ? 1 : 0;
}
