import type { CollectionListOptions } from '../../list-options.js';
import type { Query } from './random-query.js';

/** The smallest query, by leaving out option after option, of which `fails` still holds. */
export async function shrinkQuery(query: Query, fails: (query: Query) => Promise<boolean>): Promise<Query> {
  for (let current = query; ; ) {
    let smaller: Query | undefined;
    for (const candidate of smallerOptions(current.options)) {
      const next = { ...current, options: candidate };
      if (!(await fails(next))) continue;
      smaller = next;
      break;
    }
    if (smaller === undefined) return current;
    current = smaller;
  }
}

/** Each without one of its options, or with one element less in one of its lists. */
function* smallerOptions(options: CollectionListOptions): Generator<CollectionListOptions> {
  for (const [key, value] of Object.entries(options)) {
    // What an owner needs stays, and so does what a collection is of.
    if (key === 'types' || (key === 'clusters' && options.owner !== undefined)) continue;
    yield Object.fromEntries(Object.entries(options).filter(([other]) => other !== key));
    for (const smaller of smallerValues(value)) yield { ...options, [key]: smaller };
  }
}

function* smallerValues(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    if (value.length > 1) for (const index of value.keys()) yield value.toSpliced(index, 1);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    for (const smaller of Array.isArray(member) ? smallerValues(member) : []) yield { ...value, [key]: smaller };
  }
}
