import type { CollectionListOptions, Explanation } from '@clusterdex/storage-contract';
import { describeConditions } from '@clusterdex/storage-contract/selection';
import { assertSupported } from './assert-supported.js';

/** There are no indexes: a list looks at every object of its types. */
export function explainList(options: CollectionListOptions): Explanation {
  assertSupported(options);
  return {
    conditions: describeConditions(options).map(({ text }) => ({
      condition: text,
      answeredBy: 'scan',
      reason: 'each object in memory is looked at',
    })),
    order: 'what is found is sorted',
    plan: [],
  };
}
