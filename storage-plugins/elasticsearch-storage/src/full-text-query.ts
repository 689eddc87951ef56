import type { FullTextQuery, FullTextTerm } from '@clusterdex/storage-contract';
import { scanSearchText } from '@clusterdex/storage-contract/selection';
import { allOf, anyOf, type Condition, not, type Query } from './field-query.js';

const field = 'search.words';
/** Stands between two texts of an object, so that no phrase goes from one to the next; no word is made of it. */
const betweenTexts = ' | ';

/** The words of an object, as the index cuts them at blanks. */
export const wordsOfText = (json: Uint8Array): string => scanSearchText(json).toString().replaceAll('\n', betweenTexts);

/** The index knows words in their places; what is left to look at is a phrase that ends with the beginning of a word. */
export function fullTextCondition({ required, excluded }: FullTextQuery): Condition {
  const conditions = required.map((alternatives) => either(alternatives.map(termCondition)));
  for (const term of excluded) {
    const { query, exact } = termCondition(term);
    conditions.push(exact ? { query: not(query), exact } : { query: allOf([]), exact });
  }
  return { query: allOf(conditions.map(({ query }) => query)), exact: conditions.every(({ exact }) => exact) };
}

const either = (conditions: readonly Condition[]): Condition => ({
  query: anyOf(conditions.map(({ query }) => query)),
  exact: conditions.every(({ exact }) => exact),
});

function termCondition({ words, prefix }: FullTextTerm): Condition {
  const [first = ''] = words;
  if (!prefix) return { query: words.length === 1 ? { term: { [field]: first } } : phrase(words), exact: true };
  const beginning = { prefix: { [field]: { value: words.at(-1) ?? '' } } };
  if (words.length === 1) return { query: beginning, exact: true };
  const before = words.slice(0, -1);
  return {
    query: allOf([before.length === 1 ? { term: { [field]: first } } : phrase(before), beginning]),
    exact: false,
  };
}

const phrase = (words: readonly string[]): Query => ({ match_phrase: { [field]: { query: words.join(' ') } } });
