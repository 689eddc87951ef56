import type { Comparable } from './comparable.js';

const quantity = /^([+-]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,4}))?$/;

const decimalExponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

const binaryPowers: Readonly<Record<string, bigint>> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n };

/** Longer than any number that a double or a quantity can mean; a guard against the cost of huge integers. */
const longestNumber = 400;

/** A decimal number or a Kubernetes quantity (`500m`, `2Gi`, `1.5e3`), exactly; undefined when it is none. */
export function parseQuantity(text: string): Comparable | undefined {
  if (text.length > longestNumber) return undefined;
  const match = quantity.exec(text);
  if (match === null) return undefined;
  const whole = match[2] ?? '';
  const fraction = match[3] ?? '';
  if (whole === '' && fraction === '') return undefined;
  const exponent = Number(match[5] ?? 0);
  if (Math.abs(exponent) > longestNumber) return undefined;
  const suffix = match[4] ?? '';
  const magnitude = BigInt(whole + fraction) << (binaryPowers[suffix] ?? 0n);
  const scale = exponent - fraction.length + (decimalExponents[suffix] ?? 0);
  return { sort: 'number', units: match[1] === '-' ? -magnitude : magnitude, scale };
}
