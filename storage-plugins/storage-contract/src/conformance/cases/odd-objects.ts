import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import { list, listPages, textOf } from '../listing.js';
import { pods, store, testObject } from '../test-objects.js';

const longName = `${'a'.repeat(250)}.zz`;

export const oddObjectCases: readonly ConformanceCase[] = [
  {
    name: 'names of 253 characters, label keys of 317 and values of 63 are kept and found',
    async run({ storage, capabilities }) {
      const key = `${'d'.repeat(253)}/${'k'.repeat(63)}`;
      const value = 'v'.repeat(63);
      const neighbour = `${'a'.repeat(250)}.zy`;
      await store(storage, [testObject(longName, { labels: { [key]: value } }), testObject(neighbour)]);
      const found = await storage.resourceStorage(pods).get('c1', 'n1', longName);
      assert.equal(found.name, longName);
      assert.deepEqual((await list(storage, { names: { in: [longName] } })).names, [longName]);
      if (capabilities.labelSelector) {
        const labelSelector = [{ key, operator: 'in', values: [value] }] as const;
        assert.deepEqual((await list(storage, { labelSelector })).names, [longName]);
      }
      if (capabilities.continueToken) {
        const pages = await listPages(storage, { limit: 1 });
        assert.deepEqual(
          pages.map(({ names }) => names),
          [[neighbour], [longName]],
        );
      }
    },
  },
  {
    name: 'every character of Unicode survives',
    async run({ storage }) {
      const text = 'ünï\u0001\u2028\ufeff\uffff\u{10ffff}😀"\\/';
      const object = testObject('a', { annotations: { text, [text]: 'x' }, spec: { [text]: [text] } });
      await store(storage, [object]);
      const found = await storage.resourceStorage(pods).get('c1', 'n1', 'a');
      assert.equal(textOf(found.json), textOf(object.prepared.json));
      assert.equal(textOf((await list(storage)).objects[0]?.json ?? new Uint8Array()), textOf(object.prepared.json));
    },
  },
  {
    name: 'an object of 2 MB is kept whole',
    async run({ storage }) {
      const object = testObject('large', { spec: { data: 'é'.repeat(1024 * 1024) } });
      await store(storage, [testObject('before'), object, testObject('zz')]);
      const found = await storage.resourceStorage(pods).get('c1', 'n1', 'large');
      assert.ok(Buffer.compare(found.json, object.prepared.json) === 0);
      assert.deepEqual((await list(storage)).names, ['before', 'large', 'zz']);
    },
  },
  {
    name: 'objects without uid, resourceVersion, creation time and labels are kept',
    async run({ storage }) {
      await store(storage, [
        testObject('a', { uid: '', resourceVersion: '' }),
        testObject('b', { uid: '', resourceVersion: '' }),
      ]);
      assert.deepEqual((await list(storage)).names, ['a', 'b']);
    },
  },
  {
    name: 'names that look like SQL, JSON or patterns are names',
    async run({ storage }) {
      const names = ["a'; DROP TABLE x; --", '{"a":1}', '_', '*', '?', 'a"b', '\\', 'null', '0', ' '].toSorted();
      await store(
        storage,
        names.map((name) => testObject(name)),
      );
      assert.deepEqual((await list(storage)).names, names);
      for (const name of names) {
        assert.deepEqual((await list(storage, { names: { in: [name] } })).names, [name]);
        assert.equal((await storage.resourceStorage(pods).get('c1', 'n1', name)).name, name);
      }
    },
  },
  {
    name: 'members that are called like those of every JavaScript object are ordinary',
    needs: ['labelSelector', 'fieldSelector'],
    async run({ storage }) {
      const spec = '{"__proto__":{"constructor":"x"},"toString":1}';
      await store(storage, [testObject('a', { labels: { constructor: 'y' }, spec }), testObject('b')]);
      const exists = (key: string) => list(storage, { labelSelector: [{ key, operator: 'exists', values: [] }] });
      assert.deepEqual((await exists('constructor')).names, ['a']);
      assert.deepEqual((await exists('toString')).names, []);
      const path = [{ key: 'spec' }, { key: '__proto__' }, { key: 'constructor' }];
      assert.deepEqual((await list(storage, { fieldSelector: [{ path, operator: 'in', values: ['x'] }] })).names, [
        'a',
      ]);
      const inherited = [{ key: 'spec' }, { key: 'hasOwnProperty' }];
      assert.deepEqual(
        (await list(storage, { fieldSelector: [{ path: inherited, operator: 'exists', values: [] }] })).names,
        [],
      );
    },
  },
];
