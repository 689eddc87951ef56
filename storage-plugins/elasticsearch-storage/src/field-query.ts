import type { FieldPath, FieldRequirement, LabelRequirement } from '@clusterdex/storage-contract';
import { fieldEquals, fieldExists, labelEquals, labelExists, pathText, type Salt } from './tokens.js';

export type Query = Readonly<Record<string, unknown>>;

/** A condition; unless it is `exact` it lets every object through that fulfils the requirement, and others. */
export interface Condition {
  readonly query: Query;
  readonly exact: boolean;
}

export const all: Query = { match_all: {} };
export const none: Query = { match_none: {} };
export const not = (query: Query): Query => ({ bool: { must_not: [query] } });
export const anyOf = (queries: readonly Query[]): Query =>
  queries.length === 0 ? none : queries.length === 1 ? (queries[0] as Query) : { bool: { should: queries } };
export const allOf = (queries: readonly Query[]): Query =>
  queries.length === 0 ? all : queries.length === 1 ? (queries[0] as Query) : { bool: { filter: queries } };

/** A cluster refuses more values at once (index.max_terms_count). */
const mostTerms = 60_000;

export function isOneOf(field: string, values: readonly (string | number)[]): Query {
  const queries: Query[] = [];
  for (let start = 0; start < values.length; start += mostTerms) {
    queries.push({ terms: { [field]: values.slice(start, start + mostTerms) } });
  }
  return anyOf(queries);
}

const hasToken = (tokens: readonly string[]): Query => isOneOf('search.tokens', [...new Set(tokens)]);

export function labelCondition({ key, operator, values }: LabelRequirement, salt: Salt): Condition {
  const exists = hasToken([labelExists(key, salt)]);
  const equals = hasToken(values.map((value) => labelEquals(key, value, salt)));
  switch (operator) {
    case 'exists':
      return { query: exists, exact: true };
    case 'notExists':
      return { query: not(exists), exact: true };
    case 'in':
      return { query: equals, exact: true };
    case 'notIn':
      return { query: not(equals), exact: true };
    case 'greaterThan':
    case 'lessThan':
      return { query: exists, exact: false };
  }
}

export function fieldCondition(requirement: FieldRequirement, salt: Salt): Condition {
  const { path, operator, values, whenEmpty } = requirement;
  const exists = existsAt(path, salt);
  switch (operator) {
    case 'exists':
      return { query: exists, exact: isExact(path) };
    case 'greaterThan':
    case 'lessThan':
      return { query: exists, exact: false };
    case 'notExists':
    case 'notIn': {
      const opposite = fieldCondition({ ...requirement, operator: operator === 'notIn' ? 'in' : 'exists' }, salt);
      return opposite.exact ? { query: not(opposite.query), exact: true } : { query: all, exact: false };
    }
    case 'in':
      return whenEmpty === undefined ? equalsAt(path, values, salt) : filledIn(requirement, whenEmpty, salt);
  }
}

/** Tokens do not say which element of a list a value is in. */
const isExact = (path: FieldPath): boolean => path.every(({ list }) => typeof list !== 'number');
/** Of objects and lists there is a token that they exist, none for their text. */
const mayBeStructure = (value: string): boolean => /^[[{]/.test(value);

const existsAt = (path: FieldPath, salt: Salt): Query => hasToken([fieldExists(pathText(path), salt)]);

function equalsAt(path: FieldPath, values: readonly string[], salt: Salt): Condition {
  const text = pathText(path);
  const tokens = values.map((value) =>
    mayBeStructure(value) ? fieldExists(text, salt) : fieldEquals(text, value, salt),
  );
  return { query: hasToken(tokens), exact: isExact(path) && !values.some(mayBeStructure) };
}

/** Where the field is absent or empty, something else counts. */
function filledIn({ path, values }: FieldRequirement, whenEmpty: string | FieldPath, salt: Salt): Condition {
  const given = equalsAt(
    path,
    values.filter((value) => value !== ''),
    salt,
  );
  const isEmpty = anyOf([hasToken([fieldEquals(pathText(path), '', salt)]), not(existsAt(path, salt))]);
  const otherwise =
    typeof whenEmpty === 'string' ? constant(values.includes(whenEmpty)) : replaced(whenEmpty, values, salt);
  if (!given.exact || !otherwise.exact) return { query: all, exact: false };
  return { query: anyOf([given.query, allOf([isEmpty, otherwise.query])]), exact: true };
}

const constant = (holds: boolean): Condition => ({ query: holds ? all : none, exact: true });

function replaced(path: FieldPath, values: readonly string[], salt: Salt): Condition {
  const equals = equalsAt(path, values, salt);
  if (!values.includes('')) return equals;
  return { query: anyOf([equals.query, not(existsAt(path, salt))]), exact: equals.exact && isExact(path) };
}
