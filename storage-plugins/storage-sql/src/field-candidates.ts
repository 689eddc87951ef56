import type { FieldPath, FieldRequirement } from '@clusterdex/storage-contract';
import { type Sql, sql, verbatim } from './sql.js';

/** A condition that the column `text` contains the part, every character literal and by case. */
export type ContainsText = (text: Sql, part: string) => Sql;

/** Written by JSON.stringify as everybody writes it. */
const plainText = /^[ !#-[\]-\x7e\u00a0-\ud7ff\ue000-\uffef]*$/;

/** No number, boolean, list or object is written like this. */
const isWord = (value: string) => !/^[-+\d.eE]*$|^(?:true|false)$|^[[{]/.test(value);

/**
 * A cheap condition on the JSON text `o.object` that every object fulfils which fulfils the requirement, and hopefully few others: that it
 * contains the value or the last key. Undefined where there is none. Text with escapes is let through: a letter may be written in many ways.
 */
export function fieldCandidates({ path, operator, values }: FieldRequirement, contains: ContainsText): Sql | undefined {
  const parts = operator === 'in' && values.every(isWord) ? values.map(quoted) : [quotedKey(path)];
  if (operator === 'notIn' || operator === 'notExists') return undefined;
  if (parts.length === 0) return verbatim('1 = 0');
  if (parts.some((part) => part === undefined)) return undefined;
  const text = verbatim('o.object');
  const escapes = parts.some((part) => part?.includes('/')) ? ['\\u', '\\/'] : ['\\u'];
  let condition = verbatim('1 = 0');
  for (const part of [...escapes, ...parts]) condition = sql`${condition} OR ${contains(text, part ?? '')}`;
  return sql`(${condition})`;
}

function quoted(value: string): string | undefined {
  return plainText.test(value) ? `"${value}"` : undefined;
}

function quotedKey(path: FieldPath): string | undefined {
  const key = quoted(path.at(-1)?.key ?? '');
  return key === undefined ? undefined : `${key}:`;
}
