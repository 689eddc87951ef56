import type { FieldSegment } from '@clusterdex/storage-contract';
import type { Json } from './kubernetes-object.js';

/** The text by which a value is compared; undefined for null and for what is not there. */
export function textOf(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return JSON.stringify(value);
}

/** Every value that a path leads to, nulls left out. */
export function valuesAt(path: readonly FieldSegment[], fields: Json): Json[] {
  let here: Json[] = [fields];
  for (const segment of path) {
    const next: Json[] = [];
    for (const value of here) {
      if (value === null || typeof value !== 'object' || Array.isArray(value)) continue;
      const member = Object.entries(value).find(([key]) => key === segment.key)?.[1];
      if (segment.list === undefined) {
        if (member !== undefined) next.push(member);
      } else if (Array.isArray(member)) {
        if (segment.list === 'any') next.push(...member);
        else {
          const element = member[segment.list < 0 ? member.length + segment.list : segment.list];
          if (element !== undefined) next.push(element);
        }
      }
    }
    here = next.filter((value) => value !== null);
  }
  return here;
}

/** By code point, for which the bytes of UTF-8 stand. */
export function compareTexts(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const multipliers: Readonly<Record<string, readonly [numerator: bigint, denominator: bigint]>> = {
  '': [1n, 1n],
  n: [1n, 10n ** 9n],
  u: [1n, 10n ** 6n],
  m: [1n, 1000n],
  k: [1000n, 1n],
  M: [10n ** 6n, 1n],
  G: [10n ** 9n, 1n],
  T: [10n ** 12n, 1n],
  P: [10n ** 15n, 1n],
  E: [10n ** 18n, 1n],
  Ki: [1024n, 1n],
  Mi: [1024n ** 2n, 1n],
  Gi: [1024n ** 3n, 1n],
  Ti: [1024n ** 4n, 1n],
  Pi: [1024n ** 5n, 1n],
  Ei: [1024n ** 6n, 1n],
};

/** A fraction, in whole numbers. */
type Amount = readonly [numerator: bigint, denominator: bigint];

/** A number or a Kubernetes quantity: digits, perhaps a point, then a suffix or a decimal exponent. */
function amountOf(text: string): Amount | undefined {
  const match = /^([+-]?)([0-9]+\.?[0-9]*|\.[0-9]+)([A-Za-z]*|[eE][+-]?[0-9]+)$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', digits = '', ending = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  let numerator = BigInt(whole + fraction || '0') * (sign === '-' ? -1n : 1n);
  let denominator = 10n ** BigInt(fraction.length);
  if (/^[eE][+-]?[0-9]/.test(ending)) {
    const exponent = Number(ending.slice(1));
    if (exponent < 0) denominator *= 10n ** BigInt(-exponent);
    else numerator *= 10n ** BigInt(exponent);
    return [numerator, denominator];
  }
  const multiplier = multipliers[ending];
  return multiplier === undefined ? undefined : [numerator * multiplier[0], denominator * multiplier[1]];
}

/** Milliseconds; the generated fleets have no finer times. */
function timeOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** Negative, 0 or positive; undefined when the two are not both amounts, nor both times. */
export function compareBySort(a: string, b: string): number | undefined {
  const [left, right] = [amountOf(a), amountOf(b)];
  if (left !== undefined && right !== undefined) {
    const difference = left[0] * right[1] - right[0] * left[1];
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
  const [earlier, later] = [timeOf(a), timeOf(b)];
  return earlier === undefined || later === undefined ? undefined : earlier - later;
}
