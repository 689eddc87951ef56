/** Negative, 0 or positive as decimal numbers of any length; 0 when one of them is no decimal number: which is newer is unknown. */
export function compareResourceVersions(a: string, b: string): number {
  if (a === b || !isDecimal(a) || !isDecimal(b)) return 0;
  if (a.length <= 15 && b.length <= 15) return Number(a) - Number(b);
  const left = BigInt(a);
  const right = BigInt(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Digits only: no sign, no fraction, no exponent. */
export function isDecimal(text: string): boolean {
  return /^[0-9]+$/.test(text);
}
