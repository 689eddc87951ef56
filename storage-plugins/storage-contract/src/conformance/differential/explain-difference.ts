import type { StorageFactory } from '../../storage-factory.js';
import { textOf } from '../listing.js';
import { answerOf } from './answer.js';
import { differenceOf } from './difference.js';
import type { Query } from './random-query.js';
import { applyStep, type Step } from './random-steps.js';
import { shrinkQuery } from './shrink-query.js';
import { shrinkSteps } from './shrink-steps.js';

export interface StoragePair {
  readonly reference: StorageFactory;
  readonly storage: StorageFactory;
}

/** Enough for most, and little beside what a slow database takes to open. */
const shrinkAttempts = 60;
const shrinkMilliseconds = 20_000;

/** Where the two answer a query otherwise; undefined when they do not. */
export async function differenceOfQuery(
  { reference, storage }: StoragePair,
  query: Query,
): Promise<string | undefined> {
  return differenceOf(await answerOf(reference, query), await answerOf(storage, query));
}

/** The smallest query that was found to be answered otherwise, the fewest writes that it takes, and both answers, for a reader. */
export async function explainDifference(
  pair: StoragePair,
  { query, steps }: { readonly query: Query; readonly steps: readonly Step[] },
  openPair: () => Promise<StoragePair>,
): Promise<string> {
  const differs = async (stores: StoragePair, one: Query) => (await differenceOfQuery(stores, one)) !== undefined;
  const smallest = await shrinkQuery(query, (smaller) => differs(pair, smaller));

  /** On stores of its own, closed at once: there may be many. */
  async function afterSteps<Result>(some: readonly Step[], ask: (stores: StoragePair) => Promise<Result>) {
    const stores = await openPair();
    try {
      for (const step of some) {
        await applyStep(stores.reference, step);
        await applyStep(stores.storage, step);
      }
      return await ask(stores);
    } finally {
      await Promise.allSettled([stores.reference.shutdown(), stores.storage.shutdown()]);
    }
  }

  const budget = { attempts: shrinkAttempts, deadline: performance.now() + shrinkMilliseconds };
  const fails = (some: readonly Step[]) => afterSteps(some, (stores) => differs(stores, smallest)).catch(() => false);
  const few = await shrinkSteps(steps, fails, budget);
  const difference =
    (await afterSteps(few, (stores) => differenceOfQuery(stores, smallest)).catch(() => undefined)) ??
    (await differenceOfQuery(pair, smallest));
  return [
    `a list of ${describeQuery(smallest)}`,
    difference ?? 'when it was asked once more, both said the same',
    `behind ${few.length} changes${few.length > 12 ? ', the last of them' : ''}:`,
    ...few.slice(-12).map((step) => `  ${describeStep(step)}`),
  ].join('\n');
}

export function describeQuery({ of, options }: Query): string {
  return `${typeof of === 'string' ? of : of.resource} ${JSON.stringify(options)}`;
}

export function describeStep(step: Step): string {
  if ('cleaned' in step) {
    return `${step.cluster}: clean ${step.cleaned === 'all' ? 'the cluster' : step.cleaned.resource}`;
  }
  if ('events' in step) {
    return `${step.cluster}: ${step.events.map((event) => `event of ${event.involvedUid} ${textOf(event.json)}`).join(', ')}`;
  }
  const changes = step.changes.map((change) =>
    change.type === 'upsert'
      ? `upsert ${textOf(change.object.json)}${change.object.row === undefined ? '' : ` row ${change.object.row}`}`
      : `delete ${change.namespace}/${change.name}${change.resourceVersion === undefined ? '' : ` up to ${change.resourceVersion}`}`,
  );
  return `${step.cluster}: ${step.type.resource}: ${changes.join(', ')}`;
}
