import type { FieldPath, FieldRequirement } from '../list-options.js';
import { compareComparables, parseComparable } from './comparable.js';
import { fieldText } from './field-text.js';
import { fieldValue, fieldValues } from './field-value.js';

/** The requirement as a function of a parsed object; the values are prepared once. */
export function compileFieldRequirement(requirement: FieldRequirement): (fields: unknown) => boolean {
  const { path, operator, values, whenEmpty } = requirement;
  switch (operator) {
    case 'exists':
      return some(path, () => true);
    case 'notExists':
      return not(some(path, () => true));
    case 'in':
      return whenEmpty === undefined ? some(path, oneOf(values)) : someFilledIn(path, values, whenEmpty);
    case 'notIn':
      return not(compileFieldRequirement({ ...requirement, operator: 'in' }));
    case 'greaterThan':
      return some(path, beyond(values, 1));
    case 'lessThan':
      return some(path, beyond(values, -1));
  }
}

/** Whether a parsed object fulfils the requirement. For many objects compile it once instead. */
export function fieldMatches(requirement: FieldRequirement, fields: unknown): boolean {
  return compileFieldRequirement(requirement)(fields);
}

function some(path: FieldPath, test: (value: unknown) => boolean): (fields: unknown) => boolean {
  if (path.some((segment) => segment.list === 'any')) return (fields) => fieldValues(path, fields).some(test);
  return (fields) => {
    const value = fieldValue(path, fields);
    return value !== undefined && test(value);
  };
}

function someFilledIn(
  path: FieldPath,
  values: readonly string[],
  whenEmpty: string | FieldPath,
): (fields: unknown) => boolean {
  const wanted = new Set(values);
  const otherwise =
    typeof whenEmpty === 'string'
      ? () => wanted.has(whenEmpty)
      : (fields: unknown) => textsAt(whenEmpty, fields).some((text) => wanted.has(text));
  return (fields) => textsAt(path, fields).some((text) => (text === '' ? otherwise(fields) : wanted.has(text)));
}

/** An absent field is the empty text here. */
function textsAt(path: FieldPath, fields: unknown): readonly string[] {
  const isList = path.some((segment) => segment.list === 'any');
  const values = isList ? fieldValues(path, fields) : [fieldValue(path, fields)];
  return values.length === 0 ? [''] : values.map((value) => fieldText(value) ?? '');
}

function not(test: (fields: unknown) => boolean): (fields: unknown) => boolean {
  return (fields) => !test(fields);
}

function oneOf(values: readonly string[]): (value: unknown) => boolean {
  const wanted = new Set<string | undefined>(values);
  return (value) => wanted.has(fieldText(value));
}

function beyond(values: readonly string[], direction: 1 | -1): (value: unknown) => boolean {
  const bound = parseComparable(values[0] ?? '');
  if (bound === undefined) return () => false;
  return (value) => {
    const comparable = parseComparable(fieldText(value) ?? '');
    const order = comparable === undefined ? undefined : compareComparables(comparable, bound);
    return order !== undefined && order * direction > 0;
  };
}
