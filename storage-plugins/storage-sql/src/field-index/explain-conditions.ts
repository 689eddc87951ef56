import type { ExplainedCondition, FieldRequirement, ListOptions } from '@clusterdex/storage-contract';
import { type DescribedCondition, describeConditions, describePath } from '@clusterdex/storage-contract/selection';

export interface ExplainConditionsOptions {
  /** The requirements of the field selector that declared indexes answer. */
  readonly indexed: readonly FieldRequirement[];
  readonly words: 'index' | 'scan';
}

/** What answers each condition of a list, in tables as all storages on SQL have them. */
export function explainConditions(
  options: ListOptions,
  explain: ExplainConditionsOptions,
): readonly ExplainedCondition[] {
  return describeConditions(options).map((condition) => ({ condition: condition.text, ...answer(condition, explain) }));
}

function answer(
  condition: DescribedCondition,
  { indexed, words }: ExplainConditionsOptions,
): Omit<ExplainedCondition, 'condition'> {
  const { option, negative, field } = condition;
  if (field !== undefined) {
    if (!indexed.includes(field)) return { answeredBy: 'scan', reason: whyNot(field) };
    return negative
      ? { answeredBy: 'columns', reason: 'looked up in the index for each object that is left' }
      : { answeredBy: 'index' };
  }
  if (option === 'fullText')
    return words === 'index' ? { answeredBy: words } : { answeredBy: words, reason: whyNoWords };
  if (option === 'rawQuery') return { answeredBy: 'scan', reason: 'as the database makes of it: see the plan' };
  if (option === 'fuzzyNames') return { answeredBy: 'columns', reason: 'each name that is left is looked at' };
  if (option === 'since' || option === 'before') return { answeredBy: 'columns' };
  return { answeredBy: negative ? 'columns' : 'index' };
}

const whyNoWords =
  'there is no index of words that is ready, or it cannot answer this: it begins with the first search for words, and phrases that are excluded have to be looked for';

function whyNot({ path, operator, whenEmpty }: FieldRequirement): string {
  if (operator === 'greaterThan' || operator === 'lessThan') return 'no index serves > and <';
  if (whenEmpty !== undefined) return 'what counts in place of an absent field is in no index';
  return `no index on ${describePath(path)} that is ready covers every type of this search: see fieldIndexes`;
}
