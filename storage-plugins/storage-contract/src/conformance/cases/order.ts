import assert from 'node:assert/strict';
import type { OrderTerm } from '../../list-options.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list } from '../listing.js';
import { pods, store, testObject } from '../test-objects.js';

const fleet = [
  testObject('a', {
    cluster: 'c2',
    namespace: 'n1',
    resourceVersion: '10',
    created: '2024-01-03T00:00:00Z',
    uid: 'u3',
  }),
  testObject('b', { cluster: 'c1', namespace: 'n2', resourceVersion: '9', created: '2024-01-01T00:00:00Z', uid: 'u1' }),
  testObject('c', {
    cluster: 'c1',
    namespace: 'n1',
    resourceVersion: '9007199254740993',
    created: '2024-01-02T00:00:00Z',
    uid: 'u4',
  }),
  testObject('d', { cluster: 'c2', namespace: 'n2', resourceVersion: '9007199254740992', uid: 'u2' }),
  testObject('e', {
    cluster: 'c1',
    namespace: 'n3',
    resourceVersion: 'abc',
    created: '1960-01-01T00:00:00Z',
    uid: 'U5',
  }),
];

/** JSON texts of the field, in their order. */
const ordered = [
  'null',
  '-1',
  '0',
  '1.5',
  '2',
  '10',
  '2e3',
  '9007199254740992',
  '9007199254740993',
  '""',
  '"-1"',
  '"10"',
  '"2"',
  '"Z"',
  '["x"]',
  '"a"',
  '"a-b"',
  '"ab"',
  'false',
  'true',
  '{"a":1}',
  '"é"',
  '"\uffee"',
  '"😀"',
];

function orders(name: string, orderBy: readonly OrderTerm[], expected: string): ConformanceCase {
  return {
    name,
    needs: ['orderBy'],
    fleet,
    async run({ storage }) {
      assert.equal((await list(storage, { orderBy })).names.join(''), expected);
    },
  };
}

type Column = Extract<OrderTerm['by'], { column: unknown }>['column'];
const by = (column: Column, descending = false): OrderTerm => ({ by: { column }, descending });
const byField = (descending = false): OrderTerm => ({ by: { path: [{ key: 'spec' }, { key: 'field' }] }, descending });

export const orderCases: readonly ConformanceCase[] = [
  orders('the default order is cluster, namespace, name', [], 'cbead'),
  orders('by name', [by('name')], 'abcde'),
  orders('by name, descending', [by('name', true)], 'edcba'),
  orders('by cluster, descending, then by the default order', [by('cluster', true)], 'adcbe'),
  orders('by namespace, then by the default order', [by('namespace')], 'cabde'),
  orders('by several terms', [by('namespace', true), by('name', true)], 'edbca'),
  orders('by creation time, absent first', [by('created_at')], 'debca'),
  orders('by creation time, descending, absent last', [by('created_at', true)], 'acbed'),
  orders('by resource version as a number, others first', [by('resource_version')], 'ebadc'),
  orders('by resource version, descending, others last', [by('resource_version', true)], 'cdabe'),
  orders('by uid', [by('uid')], 'ebdac'),
  orders('by kind, all equal, is the default order', [by('kind', true)], 'cbead'),
  {
    name: 'by the time of the last write',
    needs: ['orderBy'],
    fleet,
    async run({ storage }) {
      const names = (await list(storage, { orderBy: [by('synced_at')] })).names;
      assert.deepEqual(names.toSorted(), ['a', 'b', 'c', 'd', 'e']);
    },
  },
  {
    name: 'by a field: absent, numbers by value, everything else as text by code point',
    needs: ['orderBy'],
    async run({ storage }) {
      const objects = ordered.map((text, i) =>
        testObject(`object-${String((i * 7919) % 100)}-${i}`, { spec: `{"field":${text}}` }),
      );
      await store(storage, objects);
      const expected = objects.map(({ prepared }) => prepared.name);
      assert.deepEqual((await list(storage, { orderBy: [byField()] })).names, expected);
      assert.deepEqual((await list(storage, { orderBy: [byField(true)] })).names, expected.toReversed());
    },
  },
  {
    name: 'equal values are ordered by cluster, namespace, name, ascending whatever the direction',
    needs: ['orderBy'],
    async run({ storage }) {
      const objects = ['c2', 'c1'].flatMap((cluster) =>
        ['b', 'a'].map((name) => testObject(name, { cluster, spec: { field: 'same' } })),
      );
      await store(storage, objects);
      const expected = ['c1/n1/a', 'c1/n1/b', 'c2/n1/a', 'c2/n1/b'];
      for (const orderBy of [[byField()], [byField(true)], [by('kind', true)]]) {
        assert.deepEqual((await list(storage, { orderBy })).ids, expected);
      }
    },
  },
  {
    name: 'an element of a list can be ordered by',
    needs: ['orderBy'],
    async run({ storage }) {
      const withList = (name: string, ...items: number[]) => testObject(name, { spec: { items } });
      await store(storage, [withList('a', 1, 30), withList('b', 2, 4), withList('c')]);
      const term = (index: number): OrderTerm => ({
        by: { path: [{ key: 'spec' }, { key: 'items', list: index }] },
        descending: false,
      });
      assert.deepEqual((await list(storage, { orderBy: [term(0)] }, pods)).names, ['c', 'a', 'b']);
      assert.deepEqual((await list(storage, { orderBy: [term(-1)] }, pods)).names, ['c', 'b', 'a']);
    },
  },
  {
    name: 'names are ordered by code point, not by any language',
    async run({ storage }) {
      const names = ['A', 'Z', '_', 'a', 'a-b', 'a.b', 'ab', 'z', 'é', '\uffee', '😀'];
      const expected = names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      await store(
        storage,
        names.map((name) => testObject(name)),
      );
      assert.deepEqual((await list(storage)).names, expected);
    },
  },
];
