import type { CollectionListOptions, ExplainedCondition, Explanation } from '@clusterdex/storage-contract';
import { type DescribedCondition, describeConditions } from '@clusterdex/storage-contract/selection';
import { fieldCondition, labelCondition } from './field-query.js';
import { fullTextCondition } from './full-text-query.js';
import type { ListScope } from './list-objects.js';
import { ListOrder } from './list-order.js';
import { compileList, refuseUnsupported } from './list-query.js';
import { ownerUids } from './owner-uids.js';
import type { Store } from './store.js';

interface ExplainRequest {
  readonly options: CollectionListOptions;
  readonly scope: ListScope;
  readonly signal: AbortSignal | undefined;
}

/** How `listObjects` would answer, and how many objects the index gives it. */
export async function explainList(store: Store, { options, scope, signal }: ExplainRequest): Promise<Explanation> {
  refuseUnsupported(options);
  store.check(signal);
  await store.readable(signal);
  const owners = await ownerUids(store.search, options, signal);
  const { query } = compileList(options, { types: scope.types, owners }, store.salt);
  const ordersByField = (options.orderBy ?? []).some(({ by }) => 'path' in by);
  const labels = [...(options.labelSelector ?? [])];
  const isExact = ({ option, field }: DescribedCondition): boolean => {
    if (field !== undefined) return fieldCondition(field, store.salt).exact;
    const label = option === 'labelSelector' ? labels.shift() : undefined;
    if (label !== undefined) return labelCondition(label, store.salt).exact;
    return option !== 'fullText' || options.fullText === undefined || fullTextCondition(options.fullText).exact;
  };
  return {
    conditions: describeConditions(options).map((described) => explain(described, isExact(described))),
    order: ordersByField
      ? 'every object that is left is read, and sorted by the server'
      : `the index: ${new ListOrder(options).sort.map((term) => Object.entries(term).flat().join(' ')).join(', ')}`,
    estimatedObjects: await store.search.count(query, signal),
    plan: [JSON.stringify(query)],
  };
}

function explain({ text, option }: DescribedCondition, isExact: boolean): ExplainedCondition {
  if (option === 'fuzzyNames') {
    return { condition: text, answeredBy: 'columns', reason: 'the index walks through all names' };
  }
  if (isExact) return { condition: text, answeredBy: 'index' };
  return {
    condition: text,
    answeredBy: 'scan',
    reason: 'the index gives candidates, at most those that have the field, label or words; each of them is read',
  };
}
