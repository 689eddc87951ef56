import assert from 'node:assert/strict';
import type { ListOptions, OrderTerm } from '../../list-options.js';
import type { StorageFactory } from '../../storage-factory.js';
import type { ConformanceCase } from '../conformance-case.js';
import { listPages } from '../listing.js';
import { pods, store, testObject } from '../test-objects.js';

const name = (i: number) => `pod-${String(i).padStart(3, '0')}`;
/** Every object whose number leaves no rest stays throughout; the others come and go. */
const isStable = (i: number) => i % 3 === 0;
const object = (i: number) =>
  testObject(name(i), {
    created: new Date(1.7e12 + i * 1000).toISOString(),
    labels: { all: 'yes' },
    spec: { field: i },
  });

function churns(what: string, options: ListOptions, needs: ConformanceCase['needs'] = []): ConformanceCase {
  return {
    name: what,
    needs: ['continueToken', ...needs],
    async run({ storage }) {
      const numbers = Array.from({ length: 90 }, (_, i) => i);
      await store(storage, numbers.filter((i) => i % 3 !== 1).map(object));
      let round = 0;
      const pages = await listPages(storage, { ...options, limit: 8 }, async (page) => {
        await disturb(storage, round++, page.names.at(-1) ?? '');
      });
      const names = pages.flatMap((page) => page.names);
      assert.equal(new Set(names).size, names.length, 'nothing is listed twice');
      const stable = numbers.filter(isStable).map(name);
      const missing = stable.filter((each) => !names.includes(each));
      assert.deepEqual(missing, [], 'nothing that is there throughout is left out');
    },
  };
}

/** Deletes and inserts before and behind the place where the list stands, and updates what stays. */
async function disturb(storage: StorageFactory, round: number, last: string): Promise<void> {
  const place = Number(last.slice(-3));
  const near = [-10, -4, -2, -1, 1, 2, 4, 10].map((step) => place + step).filter((i) => i >= 0 && i < 90);
  const gone = near.filter((i) => i % 3 === 2);
  const fresh = near.filter((i) => i % 3 === 1);
  // What the last page ended with goes too, unless it stays throughout: its place has to be found without it.
  const deletes = [...gone, ...(isStable(place) ? [] : [place])];
  await storage.resourceStorage(pods).write(
    'c1',
    deletes.map((i) => ({ type: 'delete', namespace: 'n1', name: name(i) })),
  );
  await store(storage, fresh.map(object));
  const updated = near.filter(isStable).map((i) => {
    const { prepared } = object(i);
    return { cluster: 'c1', type: pods, prepared: { ...prepared, resourceVersion: String(round + 2) } };
  });
  await store(storage, updated);
}

const by = (column: 'name' | 'created_at', descending: boolean): OrderTerm => ({ by: { column }, descending });

export const churnCases: readonly ConformanceCase[] = [
  churns('continue neither repeats nor skips under churn, in the default order', {}),
  churns('continue neither repeats nor skips under churn, by name descending', { orderBy: [by('name', true)] }, [
    'orderBy',
  ]),
  churns('continue neither repeats nor skips under churn, by creation time', { orderBy: [by('created_at', false)] }, [
    'orderBy',
  ]),
  churns(
    'continue neither repeats nor skips under churn, by a field descending',
    { orderBy: [{ by: { path: [{ key: 'spec' }, { key: 'field' }] }, descending: true }] },
    ['orderBy'],
  ),
  churns(
    'continue neither repeats nor skips under churn, with a label selector',
    { labelSelector: [{ key: 'all', operator: 'in', values: ['yes'] }] },
    ['labelSelector'],
  ),
];
