import type { CollectionListOptions, CollectionResourceStorage, ListOptions } from '@clusterdex/storage-contract';
import { describeWords } from '../query/describe-words.js';
import { createWarning } from './warning.js';

/** Milliseconds: what a storage cannot say sooner, nobody waits for. */
const patience = 500;

/**
 * A Warning when words are looked for by reading each object that the other conditions leave. Undefined where an index answers, nothing is looked for, or
 * the storage does not say how it searches.
 */
export async function scanWarning(
  storage: Pick<CollectionResourceStorage, 'explain'>,
  options: ListOptions | CollectionListOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { fullText } = options;
  if (fullText === undefined || storage.explain === undefined) return undefined;
  const words = describeWords(fullText);
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
    const { conditions } = await storage.explain(options as CollectionListOptions, within);
    const found = conditions.find(({ condition }) => condition === words);
    // What the storage is not even asked for, the host looks for itself.
    if (found !== undefined && found.answeredBy !== 'scan') return undefined;
  } catch {
    // Whether it can be listed at all is said by the list.
    return undefined;
  }
  return createWarning(
    'query: no index of words answers this, so each object that the other conditions leave is read; name a cluster, a namespace or a label beside it',
  );
}
