import type { FieldPath } from '@clusterdex/storage-contract';
import { fieldText } from '@clusterdex/storage-contract/selection';
import { saltedHash } from './salted-hash.js';

/** Two numbers of 32 bits, of which every store has its own. */
export type Salt = readonly [number, number];

const nested = '\0';
const element = '\u0001';
// biome-ignore lint/suspicious/noControlCharactersInRegex: keys may hold what separates them here
const separators = /[\0\u0001\u0002]/g;
const safe = (key: string): string => key.replace(separators, (unit) => `\u0002${unit.charCodeAt(0)}`);

/** A path with every list step taken as any element. */
export const pathText = (path: FieldPath): string =>
  path.map(({ key, list }) => nested + safe(key) + (list === undefined ? '' : element)).join('');

export const fieldExists = (path: string, salt: Salt): string => saltedHash(`f${path}`, salt);
export const fieldEquals = (path: string, value: string, salt: Salt): string => saltedHash(`v${path}\0=${value}`, salt);
export const labelExists = (key: string, salt: Salt): string => saltedHash(`l${key}`, salt);
export const labelEquals = (key: string, value: string, salt: Salt): string => saltedHash(`m${key}\0=${value}`, salt);

/** What a search by fields or labels finds an object by: a token for each path that exists, and for each text, number or boolean at one. */
export function tokensOf(fields: unknown, labels: Readonly<Record<string, string>>, salt: Salt): string {
  const tokens = new Set<string>();
  addFields(tokens, { value: fields, path: '' }, salt);
  for (const [key, value] of Object.entries(labels)) {
    tokens.add(labelExists(key, salt)).add(labelEquals(key, value, salt));
  }
  return [...tokens].join(' ');
}

function addFields(tokens: Set<string>, root: { value: unknown; path: string }, salt: Salt): void {
  // No recursion: an object may nest as deep as its sender likes.
  const open = [root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    if (value === null || value === undefined) continue;
    tokens.add(fieldExists(path, salt));
    if (Array.isArray(value)) {
      // An element that is a list itself has no path.
      for (const one of value) open.push({ value: one, path: path + element });
    } else if (typeof value === 'object') {
      for (const [key, member] of Object.entries(value)) open.push({ value: member, path: path + nested + safe(key) });
    } else {
      tokens.add(fieldEquals(path, fieldText(value) ?? '', salt));
    }
  }
}
