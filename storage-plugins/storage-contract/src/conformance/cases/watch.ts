import assert from 'node:assert/strict';
import type { CollectionListOptions, ListOptions } from '../../list-options.js';
import type { ObjectChange } from '../../stored-object.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list, readList, textOf } from '../listing.js';
import { rejects } from '../rejects.js';
import { nodes, pods, store, type TestObjectOptions, testObject, widgets } from '../test-objects.js';
import { revisionOf, summaries, watchCollection, watchPods } from '../watching.js';

const needs = ['watch'] as const;
const put = (name: string, resourceVersion: string, options: TestObjectOptions = {}): ObjectChange => ({
  type: 'upsert',
  object: testObject(name, { resourceVersion, ...options }).prepared,
});
const remove = (name: string): ObjectChange => ({ type: 'delete', namespace: 'n1', name });
const label = (value: string): ListOptions => ({ labelSelector: [{ key: 'app', operator: 'in', values: [value] }] });

export const watchCases: readonly ConformanceCase[] = [
  {
    name: 'a watch delivers every change after its revision, in order',
    needs,
    async run({ storage }) {
      await store(storage, [testObject('before')]);
      const watcher = watchPods(storage, await revisionOf(storage));
      const { write } = storage.resourceStorage(pods);
      await write('c1', [put('a', '1'), put('b', '1'), put('a', '2')]);
      await write('c1', [remove('b'), remove('not there')]);
      const events = await watcher.events(4);
      assert.deepEqual(summaries(events), ['ADDED a', 'ADDED b', 'MODIFIED a', 'DELETED b']);
      const versions = events.map(({ object }) => JSON.parse(textOf(object.json)).metadata.resourceVersion);
      assert.deepEqual(versions, ['1', '1', '2', '1'], 'each event carries the object of its time');
      await watcher.stop();
    },
  },
  {
    name: 'a watch begins behind the list whose revision it is given',
    needs,
    async run({ storage }) {
      const { write } = storage.resourceStorage(pods);
      await storage.prepareCluster('c1');
      await write('c1', [put('a', '1')]);
      const { revision = '', names } = await list(storage);
      assert.deepEqual(names, ['a']);
      await write('c1', [put('b', '1')]);
      const watcher = watchPods(storage, revision);
      assert.deepEqual(summaries(await watcher.events(1)), ['ADDED b']);
      await watcher.stop();
    },
  },
  {
    name: 'the first object of a type is in a list of several types, or comes behind it',
    needs: ['watch', 'collectionResources'],
    async run({ storage }) {
      await store(storage, [testObject('before')]);
      const types = Array.from({ length: 20 }, (_, index) => ({ ...widgets, resource: `widgets${index}` }));
      const selectors = { types: [pods, ...types] };
      for (const type of types) {
        const batches = storage.collectionResourceStorage('any').list(selectors);
        const write = storage.resourceStorage(type).write('c1', [put('first', '1', { type: widgets })]);
        const { objects, revision = '' } = await readList(batches);
        await write;
        const isListed = objects.some((object) => object.type?.resource === type.resource);
        const watcher = watchCollection(storage, revision, selectors);
        const events = isListed ? [] : await watcher.until(await revisionOf(storage));
        const isWatched = events.some(({ object }) => object.type?.resource === type.resource);
        assert.ok(isListed || isWatched, `${type.resource} is neither in the list at ${revision} nor behind it`);
        await watcher.stop();
      }
    },
  },
  {
    name: 'changes that are no-ops are no events',
    needs,
    async run({ storage }) {
      await store(storage, [testObject('a', { resourceVersion: '5' })]);
      const watcher = watchPods(storage, await revisionOf(storage));
      const { write } = storage.resourceStorage(pods);
      await write('c1', [put('a', '5'), put('a', '4'), remove('b')]);
      await write('c1', [put('a', '6')]);
      assert.deepEqual(summaries(await watcher.events(1)), ['MODIFIED a']);
      await watcher.stop();
    },
  },
  {
    name: 'an object that begins to match is ADDED, one that stops to match is DELETED as it was',
    needs: ['watch', 'labelSelector'],
    async run({ storage }) {
      await store(storage, [testObject('a', { labels: { app: 'x' } }), testObject('b', { labels: { app: 'y' } })]);
      const watcher = watchPods(storage, await revisionOf(storage), label('x'));
      const { write } = storage.resourceStorage(pods);
      await write('c1', [put('b', '2', { labels: { app: 'x' } }), put('a', '2', { labels: { app: 'y' } })]);
      await write('c1', [remove('a'), put('b', '3', { labels: { app: 'x', more: '1' } }), remove('b')]);
      const events = await watcher.events(4);
      assert.deepEqual(summaries(events), ['ADDED b', 'DELETED a', 'MODIFIED b', 'DELETED b']);
      const left = JSON.parse(textOf(events[1]?.object.json ?? new Uint8Array()));
      assert.deepEqual(left.metadata.labels, { app: 'x' });
      await watcher.stop();
    },
  },
  {
    name: 'a watch has every filter that a list has',
    needs: ['watch', 'labelSelector', 'fieldSelector', 'fuzzyName'],
    async run({ storage }) {
      const color = [{ key: 'spec' }, { key: 'color' }];
      const filters: [ListOptions, string][] = [
        [{ clusters: { in: ['c2'] } }, 'other-cluster'],
        [{ namespaces: { notIn: ['n1'] } }, 'other-namespace'],
        [{ names: { in: ['plain'] } }, 'plain'],
        [{ fuzzyNames: { in: ['LAI'] } }, 'plain'],
        [label('x'), 'labelled'],
        [{ since: Date.parse('2024-01-01T00:00:00Z') }, 'young'],
        [{ fieldSelector: [{ path: color, operator: 'in', values: ['red'] }] }, 'red'],
        [{ fieldSelector: [{ path: color, operator: 'in', values: ['red'], whenEmpty: 'blue' }] }, 'red'],
        [
          {
            names: { in: ['plain', 'red'] },
            fieldSelector: [{ path: color, operator: 'in', values: [''], whenEmpty: '' }],
          },
          'plain',
        ],
      ];
      const objects = [
        testObject('other-cluster', { cluster: 'c2' }),
        testObject('other-namespace', { namespace: 'n2' }),
        testObject('plain'),
        testObject('labelled', { labels: { app: 'x' } }),
        testObject('young', { created: '2024-06-01T00:00:00Z' }),
        testObject('red', { spec: { color: 'red' } }),
      ];
      const revision = await revisionOf(storage);
      await store(storage, objects);
      const end = await revisionOf(storage);
      for (const [options, name] of filters) {
        const watcher = watchPods(storage, revision, options);
        assert.deepEqual(summaries(await watcher.until(end)), [`ADDED ${name}`], JSON.stringify(options));
        await watcher.stop();
      }
    },
  },
  {
    name: 'a watch of one type says nothing of others',
    needs,
    async run({ storage }) {
      const watcher = watchPods(storage, await revisionOf(storage));
      await store(storage, [testObject('node', { type: nodes }), testObject('pod')]);
      assert.deepEqual(summaries(await watcher.events(1)), ['ADDED pod']);
      await watcher.stop();
    },
  },
  {
    name: 'a watch of a collection says the type of each object',
    needs: ['watch', 'collectionResources'],
    async run({ storage }) {
      const options: CollectionListOptions = {
        types: [
          { group: '', resource: 'nodes' },
          { group: '', resource: 'pods' },
        ],
      };
      const watcher = watchCollection(storage, await revisionOf(storage), options);
      await store(storage, [testObject('node', { type: nodes }), testObject('pod')]);
      const events = await watcher.events(2);
      assert.deepEqual(
        events.map(({ object }) => `${object.type?.resource} ${object.name}`),
        ['nodes node', 'pods pod'],
      );
      await watcher.stop();
    },
  },
  {
    name: 'onlyMetadata holds for events',
    needs: ['watch', 'onlyMetadata'],
    async run({ storage }) {
      const watcher = watchPods(storage, await revisionOf(storage), { onlyMetadata: true });
      await store(storage, [testObject('a', { spec: { color: 'red' } })]);
      const [event] = await watcher.events(1);
      const object = JSON.parse(textOf(event?.object.json ?? new Uint8Array()));
      assert.deepEqual(Object.keys(object).sort(), ['apiVersion', 'kind', 'metadata']);
      await watcher.stop();
    },
  },
  {
    name: 'cleaning a cluster deletes each of its objects',
    needs,
    async run({ storage }) {
      await store(storage, [testObject('a'), testObject('b'), testObject('c', { cluster: 'c2' })]);
      const watcher = watchPods(storage, await revisionOf(storage));
      await storage.cleanCluster('c1');
      await storage.cleanClusterResource('c2', pods);
      const names = summaries(await watcher.events(3));
      assert.deepEqual([...names].sort(), ['DELETED a', 'DELETED b', 'DELETED c']);
      await watcher.stop();
    },
  },
  {
    name: 'a watch that resumes where another ended misses nothing and repeats nothing',
    needs,
    async run({ storage }) {
      const { write } = storage.resourceStorage(pods);
      await storage.prepareCluster('c1');
      let revision = await revisionOf(storage);
      const seen: string[] = [];
      for (let round = 0; round < 20; round++) {
        await write('c1', [put(`a-${round}`, '1'), put(`b-${round}`, '1')]);
        const watcher = watchPods(storage, revision);
        const [event] = await watcher.events(1);
        seen.push(event?.object.name ?? '');
        revision = event?.revision ?? '';
        await watcher.stop();
      }
      const rest = watchPods(storage, revision);
      seen.push(...(await rest.until(await revisionOf(storage))).map(({ object }) => object.name));
      await rest.stop();
      const expected = Array.from({ length: 20 }, (_, round) => [`a-${round}`, `b-${round}`]).flat();
      assert.deepEqual(seen, expected);
    },
  },
  {
    name: 'a watch that is far behind leaves room for everybody else',
    needs,
    async run({ storage }) {
      const { write } = storage.resourceStorage(pods);
      await storage.prepareCluster('c1');
      const revision = await revisionOf(storage);
      for (let round = 0; round < 5; round++) {
        await write(
          'c1',
          Array.from({ length: 190 }, (_, index) => put(`pod-${index}`, String(round + 1))),
        );
      }
      const watcher = watchPods(storage, revision, { names: { in: ['pod-0'] } });
      const end = await revisionOf(storage);
      let turns = 0;
      let isCounting = true;
      const count = () => {
        turns++;
        if (isCounting) setImmediate(count);
      };
      setImmediate(count);
      const events = await watcher.until(end);
      isCounting = false;
      assert.equal(events.length, 5);
      assert.ok(turns >= 3, `the event loop turned ${turns} times while 950 changes were read`);
      await watcher.stop();
    },
  },
  {
    name: 'a durable storage resumes a watch after a restart, or says EXPIRED',
    needs: ['watch', 'durable'],
    async run({ storage, reopen }) {
      await store(storage, [testObject('a')]);
      const revision = await revisionOf(storage);
      await store(storage, [testObject('b')]);
      const again = await reopen();
      const watcher = watchPods(again, revision);
      const events = await watcher.events(1).catch((error: unknown) => error);
      if (events instanceof Error) await rejects(() => Promise.reject(events), 'EXPIRED', 'watch');
      else assert.deepEqual(summaries(events as Awaited<ReturnType<typeof watcher.events>>), ['ADDED b']);
    },
  },
  {
    name: 'a watch sees what another process writes',
    needs: ['watch', 'multiProcess'],
    async run({ storage, openSame }) {
      const watcher = watchPods(storage, await revisionOf(storage));
      const other = await openSame();
      await store(other, [testObject('a')]);
      assert.deepEqual(summaries(await watcher.events(1)), ['ADDED a']);
      await watcher.stop();
    },
  },
  {
    name: 'a revision that the storage did not issue is EXPIRED',
    needs,
    async run({ storage }) {
      await store(storage, [testObject('a')]);
      for (const revision of ['1', 'garbage', '', '99999999999999999999']) {
        await rejects(() => watchPods(storage, revision).events(1), 'EXPIRED', `watch from '${revision}'`);
      }
    },
  },
  {
    name: 'what a watch cannot honour is NOT_SUPPORTED',
    needs,
    async run({ storage }) {
      const revision = await revisionOf(storage);
      const options: ListOptions[] = [{ limit: 1 }, { start: { offset: 1 } }, { injectEvents: true }];
      for (const one of options) {
        await rejects(() => watchPods(storage, revision, one).events(1), 'NOT_SUPPORTED', JSON.stringify(one));
      }
    },
  },
  {
    name: 'a watch ends when its signal aborts, and CLOSED when the storage shuts down',
    needs,
    async run({ storage }) {
      const revision = await revisionOf(storage);
      await watchPods(storage, revision).stop();
      const waiting = watchPods(storage, revision).events(1);
      const refused = rejects(() => waiting, 'CLOSED', 'a watch of a storage that is shut down');
      await storage.shutdown();
      await refused;
    },
  },
];
