import type { FullTextQuery, FullTextTerm, LabelRequirement } from '@clusterdex/storage-contract';
import { freezeQuery, fullTextTerm, InvalidFullTextError, parseFullText } from '@clusterdex/storage-contract/selection';
import { GrammarError } from '../kube/grammar-error.js';
import { namesFromLabels } from './search-labels.js';

/** The value of the URL parameter; undefined for blanks alone. */
export function parseQuery(text: string): FullTextQuery | undefined {
  return asGrammarError(() => parseFullText(text));
}

/** Label values have no blanks, quotes and stars: each is one term, of a set one has to be found, and of those that are excluded none. */
export function queryFromLabels(requirements: readonly LabelRequirement[]): FullTextQuery | undefined {
  const required: FullTextTerm[][] = [];
  const excluded: FullTextTerm[] = [];
  asGrammarError(() => {
    for (const requirement of requirements) {
      // Refuses operators that have no values.
      namesFromLabels([requirement]);
      const terms = requirement.values.map(fullTextTerm);
      if (requirement.operator === 'notIn') excluded.push(...terms);
      else required.push(terms);
    }
  });
  return freezeQuery({ required, excluded });
}

function asGrammarError<Value>(parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw error instanceof InvalidFullTextError ? new GrammarError(error.message) : error;
  }
}
