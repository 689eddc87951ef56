import assert from 'node:assert/strict';
import type { ListOptions, OrderTerm } from '../../list-options.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list, listCollection, listPages } from '../listing.js';
import { rejects } from '../rejects.js';
import { deployments, store, testObject } from '../test-objects.js';

const number = (i: number) => String(i).padStart(2, '0');
/** 30 objects over two clusters and three namespaces, in no particular order. */
const fleet = Array.from({ length: 30 }, (_, i) => (i * 7) % 30).map((i) =>
  testObject(`pod-${number(i)}`, {
    cluster: `c${1 + (i % 2)}`,
    namespace: `n${i % 3}`,
    resourceVersion: String(i + 5),
    labels: { half: String(i % 2) },
    ...(i % 5 !== 0 && { created: `2024-01-${number(1 + (i % 4))}T00:00:00Z` }),
    spec: { field: [1, 'text', null, 1.5, true][i % 5] },
  }),
);

const by = (column: 'name' | 'created_at' | 'namespace', descending = false): OrderTerm => ({
  by: { column },
  descending,
});
const byField = (descending: boolean): OrderTerm => ({ by: { path: [{ key: 'spec' }, { key: 'field' }] }, descending });

function pages(name: string, options: ListOptions, needs: ConformanceCase['needs'] = []): ConformanceCase {
  return {
    name,
    needs: ['continueToken', ...needs],
    fleet,
    async run({ storage }) {
      const whole = (await list(storage, options)).ids;
      assert.ok(whole.length >= 15);
      for (const limit of [1, 7, whole.length - 1, whole.length, whole.length + 1]) {
        const read = await listPages(storage, { ...options, limit });
        assert.deepEqual(
          read.flatMap((page) => page.ids),
          whole,
          `pages of ${limit} are the list`,
        );
        const sizes = read.map((page) => page.ids.length);
        assert.ok(
          sizes.slice(0, -1).every((size) => size === limit) && (sizes.at(-1) ?? 0) <= limit,
          `pages of ${limit}: ${sizes}`,
        );
        assert.ok(sizes.at(-1), 'the last page is not empty');
      }
    },
  };
}

export const pagingCases: readonly ConformanceCase[] = [
  {
    name: 'a limit is honoured',
    needs: ['continueToken'],
    fleet,
    async run({ storage }) {
      const whole = (await list(storage)).ids;
      assert.deepEqual((await list(storage, { limit: 4 })).ids, whole.slice(0, 4));
    },
  },
  {
    name: 'there is no continue where nothing follows',
    needs: ['continueToken'],
    fleet,
    async run({ storage }) {
      assert.equal((await list(storage)).continue, undefined);
      assert.equal((await list(storage, { limit: 30 })).continue, undefined, 'a last page that is exactly full');
      assert.equal((await list(storage, { limit: 31 })).continue, undefined);
      assert.notEqual((await list(storage, { limit: 29 })).continue, undefined);
    },
  },
  pages('pages in the default order are the list, each object once', {}),
  pages('pages of a filtered list are that list', { names: { notIn: ['pod-03'] }, clusters: { in: ['c1', 'c2'] } }),
  pages('pages by name, descending', { orderBy: [by('name', true)] }, ['orderBy']),
  pages('pages by a column with absent and equal values', { orderBy: [by('created_at')] }, ['orderBy']),
  pages('pages by that column, descending', { orderBy: [by('created_at', true)] }, ['orderBy']),
  pages('pages by several terms of different directions', { orderBy: [by('namespace', true), by('name')] }, [
    'orderBy',
  ]),
  pages('pages by a field of mixed sorts', { orderBy: [byField(false)] }, ['orderBy']),
  pages('pages by a field of mixed sorts, descending', { orderBy: [byField(true), by('name', true)] }, ['orderBy']),
  pages('pages with a label selector', { labelSelector: [{ key: 'half', operator: 'in', values: ['1'] }] }, [
    'labelSelector',
  ]),
  {
    name: 'an offset leaves out that many objects',
    needs: ['continueToken'],
    fleet,
    async run({ storage }) {
      const whole = (await list(storage)).ids;
      assert.deepEqual((await list(storage, { start: { offset: 0 } })).ids, whole);
      assert.deepEqual((await list(storage, { start: { offset: 13 } })).ids, whole.slice(13));
      const page = await list(storage, { start: { offset: 13 }, limit: 5 });
      assert.deepEqual(page.ids, whole.slice(13, 18));
      assert.ok(page.continue);
      const next = await list(storage, { start: { after: page.continue }, limit: 5 });
      assert.deepEqual(next.ids, whole.slice(18, 23));
    },
  },
  {
    name: 'an offset beyond the end is an empty list',
    needs: ['continueToken'],
    fleet,
    async run({ storage }) {
      for (const offset of [30, 31, 1000]) {
        const page = await list(storage, { start: { offset }, limit: 5 });
        assert.deepEqual([page.ids, page.continue], [[], undefined]);
      }
    },
  },
  {
    name: 'the remaining objects are counted',
    needs: ['continueToken', 'remainingItemCount'],
    fleet,
    async run({ storage }) {
      const remaining = async (options: ListOptions) =>
        (await list(storage, { ...options, withRemainingCount: true })).remaining;
      assert.equal((await list(storage, { limit: 4 })).remaining, undefined, 'only when asked for');
      assert.equal(await remaining({}), 0);
      assert.equal(await remaining({ limit: 4 }), 26);
      assert.equal(await remaining({ limit: 30 }), 0);
      assert.equal(await remaining({ limit: 4, start: { offset: 10 } }), 16);
      assert.equal(await remaining({ limit: 4, names: { in: ['pod-01', 'pod-02'] } }), 0);
      const first = await list(storage, { limit: 10 });
      assert.equal(await remaining({ limit: 10, start: { after: String(first.continue) } }), 10);
    },
  },
  {
    name: 'offset, returned and remaining add up to the total, beyond the end too',
    needs: ['continueToken', 'remainingItemCount'],
    fleet,
    async run({ storage }) {
      for (const offset of [0, 29, 30, 33]) {
        const page = await list(storage, { start: { offset }, limit: 5, withRemainingCount: true });
        assert.equal(offset + page.ids.length + (page.remaining ?? Number.NaN), 30);
      }
    },
  },
  {
    name: 'remaining objects of a filtered and ordered list are counted',
    needs: ['continueToken', 'remainingItemCount', 'labelSelector', 'orderBy'],
    fleet,
    async run({ storage }) {
      const labelSelector = [{ key: 'half', operator: 'in', values: ['0'] }] as const;
      const options: ListOptions = { labelSelector, orderBy: [by('name', true)], limit: 6, withRemainingCount: true };
      const first = await list(storage, options);
      assert.equal(first.remaining, 9);
      const second = await list(storage, { ...options, start: { after: String(first.continue) } });
      assert.equal(second.remaining, 3);
    },
  },
  {
    name: 'a position that the storage did not issue is INVALID',
    needs: ['continueToken'],
    fleet,
    async run({ storage }) {
      const page = await list(storage, { limit: 3 });
      const position = String(page.continue);
      for (const after of ['', 'nonsense', '%%%', '12', position.slice(0, position.length / 2), 'W10']) {
        await rejects(() => list(storage, { limit: 3, start: { after } }), 'INVALID', JSON.stringify(after));
      }
    },
  },
  {
    name: 'pages of a collection are the collection, each object once',
    needs: ['continueToken', 'collectionResources'],
    fleet,
    async run({ storage }) {
      // The same names in another type: only the type tells them apart.
      await store(
        storage,
        fleet.map(({ cluster, prepared: { name, namespace } }) =>
          testObject(name, { cluster, namespace, type: deployments }),
        ),
      );
      const whole = (await listCollection(storage, 'any', { types: 'all' })).objects;
      const ids = (objects: typeof whole) =>
        objects.map(({ cluster, namespace, name, type }) => [cluster, namespace, name, type?.resource].join('/'));
      const read: string[] = [];
      for (let after: string | undefined; ; ) {
        const page = await listCollection(storage, 'any', {
          types: 'all',
          limit: 7,
          ...(after !== undefined && { start: { after } }),
        });
        read.push(...ids(page.objects));
        after = page.continue;
        if (after === undefined) break;
      }
      assert.equal(whole.length, 60);
      assert.deepEqual(read, ids(whole));
    },
  },
];
