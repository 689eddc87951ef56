import { createHash } from 'node:crypto';
import type { FieldPath } from '@clusterdex/storage-contract';
import { fieldText, fieldValue, fieldValues, parseFields } from '@clusterdex/storage-contract/selection';

/**
 * A declared field is kept as a label that nobody sees: under a name that begins with this character, with each of its values. What an object
 * carries itself under such a name is kept with one more.
 */
const mark = '\u0001';
/** Begins what stands for a text that is too long for an index, or that a database does not keep as it is. */
const digestMark = '\u0002';
const longest = 160;

export const storedLabelName = (key: string): string => (key.startsWith(mark) ? mark + key : key);

/** Of the name of a stored label: whether it stands for a field, of which an object may have several values. */
export const isFieldLabel = (name: string): boolean => name.startsWith(`${mark}[`);

export const fieldLabelName = (path: FieldPath): string =>
  mark + JSON.stringify(path.map(({ key, list }) => (list === undefined ? key : [key, list])));

/** Different texts stay different. */
export function fieldLabelValue(text: string): string {
  if (text.length <= longest && !text.includes('\0') && !text.startsWith(digestMark) && isWellFormed(text)) return text;
  return digestMark + createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('hex');
}

/** The labels that stand for the fields of an object, each once. */
export function fieldLabelsOf(
  json: Uint8Array,
  paths: readonly FieldPath[],
): readonly (readonly [name: string, value: string])[] {
  if (paths.length === 0) return [];
  const fields = parseFields(Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString());
  return paths.flatMap((path) => {
    const name = fieldLabelName(path);
    const isList = path.some(({ list }) => list === 'any');
    const values = isList ? fieldValues(path, fields) : [fieldValue(path, fields)];
    const texts = values.flatMap((value) => fieldText(value) ?? []);
    return [...new Set(texts.map(fieldLabelValue))].map((value) => [name, value] as const);
  });
}

/** Without half a surrogate pair, which no encoding keeps. */
const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);
