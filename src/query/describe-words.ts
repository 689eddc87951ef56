import type { FullTextQuery } from '@clusterdex/storage-contract';
import { describeConditions } from '@clusterdex/storage-contract/selection';

/** A search for words as explanations of lists name it. */
export function describeWords(fullText: FullTextQuery): string {
  return describeConditions({ fullText })
    .map(({ text }) => text)
    .join();
}
