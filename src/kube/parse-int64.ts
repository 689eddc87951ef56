import { GrammarError } from './grammar-error.js';

const integer = /^[+-]?[0-9]+$/;
const longest = 64;

/** A 64-bit integer as Go's strconv.ParseInt reads it, with its error texts. */
export function parseInt64(text: string): bigint {
  if (!integer.test(text)) throw new GrammarError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const digits = text.replace(/^[+-]?0*/, '');
  const magnitude = digits.length > longest ? undefined : BigInt(`0${digits}`);
  const value = magnitude !== undefined && text.startsWith('-') ? -magnitude : magnitude;
  if (value === undefined || BigInt.asIntN(64, value) !== value) {
    throw new GrammarError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range`);
  }
  return value;
}
