import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import { list, textOf } from '../listing.js';
import { rejects } from '../rejects.js';
import { nodes, pods, store, type TestObject, testObject } from '../test-objects.js';

const upsert = ({ prepared }: TestObject) => ({ type: 'upsert', object: prepared }) as const;
const remove = (name: string, resourceVersion?: string) =>
  ({ type: 'delete', namespace: 'n1', name, ...(resourceVersion !== undefined && { resourceVersion }) }) as const;
const version = (resourceVersion: string, spec: object = { of: resourceVersion }) =>
  testObject('a', { resourceVersion, spec });

export const writeCases: readonly ConformanceCase[] = [
  {
    name: 'a write inserts, replaces and deletes, and says what it did',
    async run({ storage }) {
      const written = storage.resourceStorage(pods);
      await storage.prepareCluster('c1');
      assert.deepEqual(await written.write('c1', [upsert(version('1')), upsert(testObject('b'))]), {
        written: 2,
        unchanged: 0,
      });
      assert.deepEqual(await written.write('c1', [upsert(version('2')), remove('b')]), { written: 2, unchanged: 0 });
      assert.deepEqual((await list(storage)).ids, ['c1/n1/a']);
      assert.equal(textOf((await written.get('c1', 'n1', 'a')).json), textOf(version('2').prepared.json));
      await rejects(() => written.get('c1', 'n1', 'b'), 'NOT_FOUND', 'the deleted object');
    },
  },
  {
    name: 'a write that is repeated changes nothing',
    async run({ storage }) {
      await storage.prepareCluster('c1');
      await storage.prepareCluster('c1');
      const written = storage.resourceStorage(pods);
      const upserts = [upsert(version('1')), upsert(testObject('b'))];
      await written.write('c1', upserts);
      assert.deepEqual(await written.write('c1', upserts), { written: 0, unchanged: 2 });
      assert.deepEqual(await written.write('c1', [remove('a')]), { written: 1, unchanged: 0 });
      assert.deepEqual(await written.write('c1', [remove('a')]), { written: 0, unchanged: 1 });
      assert.deepEqual((await list(storage)).ids, ['c1/n1/b']);
    },
  },
  {
    name: 'an empty write is fine',
    async run({ storage }) {
      await storage.prepareCluster('c1');
      assert.deepEqual(await storage.resourceStorage(pods).write('c1', []), { written: 0, unchanged: 0 });
    },
  },
  {
    name: 'a deleted object is gone from every read',
    async run({ storage }) {
      await store(storage, [testObject('a', { labels: { l: 'x' } }), testObject('b', { labels: { l: 'x' } })]);
      await storage.resourceStorage(pods).write('c1', [remove('a')]);
      await rejects(() => storage.resourceStorage(pods).get('c1', 'n1', 'a'), 'NOT_FOUND', 'get');
      assert.deepEqual((await list(storage)).ids, ['c1/n1/b']);
      assert.deepEqual((await list(storage, { names: { in: ['a'] } })).ids, []);
    },
  },
  {
    name: 'a delete touches no object of another cluster, namespace, name or type',
    async run({ storage }) {
      await store(storage, [
        testObject('a'),
        testObject('b'),
        testObject('a', { namespace: 'n2' }),
        testObject('a', { cluster: 'c2' }),
        testObject('a', { type: nodes }),
      ]);
      await storage.resourceStorage(pods).write('c1', [remove('a')]);
      assert.deepEqual((await list(storage)).ids, ['c1/n1/b', 'c1/n2/a', 'c2/n1/a']);
      assert.deepEqual((await list(storage, {}, nodes)).ids, ['c1//a']);
    },
  },
  {
    name: 'changes of one object in a batch are done in their order',
    async run({ storage }) {
      await storage.prepareCluster('c1');
      const written = storage.resourceStorage(pods);
      await written.write('c1', [upsert(version('1')), remove('a'), upsert(version('2')), upsert(version('3'))]);
      assert.equal(textOf((await written.get('c1', 'n1', 'a')).json), textOf(version('3').prepared.json));
      await written.write('c1', [upsert(version('4')), upsert(testObject('b')), remove('a')]);
      assert.deepEqual((await list(storage)).ids, ['c1/n1/b']);
    },
  },
  {
    name: 'an upsert that is older than what is stored is a no-op, by number',
    async run({ storage }) {
      const written = storage.resourceStorage(pods);
      await store(storage, [version('10')]);
      assert.deepEqual(await written.write('c1', [upsert(version('9'))]), { written: 0, unchanged: 1 });
      assert.equal(textOf((await written.get('c1', 'n1', 'a')).json), textOf(version('10').prepared.json));
      await written.write('c1', [upsert(version('11')), upsert(version('10'))]);
      assert.equal(textOf((await written.get('c1', 'n1', 'a')).json), textOf(version('11').prepared.json));
    },
  },
  {
    name: 'resource versions beyond 2^53 are told apart',
    async run({ storage }) {
      const written = storage.resourceStorage(pods);
      await store(storage, [version('9007199254740993')]);
      assert.deepEqual(await written.write('c1', [upsert(version('9007199254740992'))]), { written: 0, unchanged: 1 });
      assert.deepEqual(await written.write('c1', [upsert(version('9007199254740994'))]), { written: 1, unchanged: 0 });
    },
  },
  {
    name: 'an upsert of the same version with other content replaces',
    async run({ storage }) {
      await store(storage, [version('5', { first: true })]);
      await store(storage, [version('5', { first: false })]);
      const found = await storage.resourceStorage(pods).get('c1', 'n1', 'a');
      assert.equal(textOf(found.json), textOf(version('5', { first: false }).prepared.json));
    },
  },
  {
    name: 'resource versions that are no numbers do not hinder a write',
    async run({ storage }) {
      for (const resourceVersion of ['', 'abc', '7', 'def', '6']) {
        await store(storage, [version(resourceVersion, { now: resourceVersion })]);
        const found = await storage.resourceStorage(pods).get('c1', 'n1', 'a');
        assert.equal(textOf(found.json), textOf(version(resourceVersion, { now: resourceVersion }).prepared.json));
      }
    },
  },
  {
    name: 'a delete of an older version than the stored one is a no-op',
    async run({ storage }) {
      const written = storage.resourceStorage(pods);
      await store(storage, [version('10')]);
      assert.deepEqual(await written.write('c1', [remove('a', '9')]), { written: 0, unchanged: 1 });
      assert.deepEqual((await list(storage)).names, ['a']);
      assert.deepEqual(await written.write('c1', [remove('a', '10')]), { written: 1, unchanged: 0 });
      assert.deepEqual((await list(storage)).names, []);
      await store(storage, [version('10')]);
      assert.deepEqual(await written.write('c1', [remove('a', '11')]), { written: 1, unchanged: 0 });
    },
  },
  {
    name: 'an update replaces everything that is searched',
    async run({ storage, capabilities }) {
      const before = { labels: { old: 'x', both: '1' }, owner: 'o1', created: '2024-01-01T00:00:00Z' };
      const after = { labels: { new: 'x', both: '2' }, owner: 'o2', created: '2025-01-01T00:00:00Z' };
      await store(storage, [testObject('a', { ...before, spec: { field: 1 } }), testObject('b', before)]);
      await store(storage, [testObject('a', { ...after, resourceVersion: '2', spec: { field: 2 } })]);
      const since = Date.parse('2024-06-01T00:00:00Z');
      assert.deepEqual((await list(storage, { since })).names, ['a']);
      assert.deepEqual((await list(storage, { before: since })).names, ['b']);
      if (capabilities.labelSelector) {
        const having = (key: string, ...values: string[]) =>
          list(storage, { labelSelector: [{ key, operator: values.length === 0 ? 'exists' : 'in', values }] });
        assert.deepEqual((await having('old')).names, ['b']);
        assert.deepEqual((await having('new')).names, ['a']);
        assert.deepEqual((await having('both', '1')).names, ['b']);
        assert.deepEqual((await having('both', '2')).names, ['a']);
      }
      if (capabilities.fieldSelector) {
        const path = [{ key: 'spec' }, { key: 'field' }];
        assert.deepEqual((await list(storage, { fieldSelector: [{ path, operator: 'in', values: ['1'] }] })).names, []);
        assert.deepEqual((await list(storage, { fieldSelector: [{ path, operator: 'in', values: ['2'] }] })).names, [
          'a',
        ]);
      }
      if (capabilities.ownerSearch) {
        const ownedBy = (uid: string) => list(storage, { clusters: { in: ['c1'] }, owner: { uid, seniority: 0 } });
        assert.deepEqual((await ownedBy('o1')).names, ['b']);
        assert.deepEqual((await ownedBy('o2')).names, ['a']);
      }
    },
  },
  {
    name: 'a batch of 5,000 objects is written in few round trips',
    async run({ storage }) {
      const objects = Array.from({ length: 5000 }, (_, i) => testObject(`pod-${i}`));
      const start = performance.now();
      await store(storage, objects);
      const seconds = (performance.now() - start) / 1000;
      // One round trip an object, at half a millisecond each and more, cannot do it.
      assert.ok(seconds < 10, `written within 10 seconds, took ${seconds.toFixed(1)}`);
      assert.equal((await list(storage)).ids.length, 5000);
    },
  },
];
