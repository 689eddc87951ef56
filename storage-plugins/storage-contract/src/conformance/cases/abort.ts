import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import { list } from '../listing.js';
import { drain, failureOf, rejects } from '../rejects.js';
import { pods, store, testObject } from '../test-objects.js';

const many = () => Array.from({ length: 3000 }, (_, i) => testObject(`pod-${i}`, { spec: { data: 'x'.repeat(500) } }));
const upserts = (objects: ReturnType<typeof many>) =>
  objects.map(({ prepared }) => ({ type: 'upsert', object: prepared }) as const);

export const abortCases: readonly ConformanceCase[] = [
  {
    name: 'a call with an aborted signal is TIMEOUT',
    async run({ storage, capabilities }) {
      await store(storage, [testObject('a')]);
      const signal = AbortSignal.abort();
      const written = storage.resourceStorage(pods);
      await rejects(() => drain(written.list({}, signal)), 'TIMEOUT', 'list');
      await rejects(() => written.write('c1', upserts([testObject('b')]), signal), 'TIMEOUT', 'write');
      await rejects(() => drain(storage.resourceVersions('c1', signal)), 'TIMEOUT', 'resourceVersions');
      await rejects(() => storage.cleanCluster('c1', signal), 'TIMEOUT', 'cleanCluster');
      await rejects(() => storage.cleanClusterResource('c1', pods, signal), 'TIMEOUT', 'cleanClusterResource');
      if (capabilities.collectionResources) {
        const any = storage.collectionResourceStorage('any');
        await rejects(() => drain(any.list({ types: 'all' }, signal)), 'TIMEOUT', 'list of a collection');
      }
      assert.deepEqual((await list(storage)).names, ['a'], 'nothing was done');
    },
  },
  {
    name: 'a list that is aborted between two batches is TIMEOUT',
    async run({ storage }) {
      await store(storage, many());
      const controller = new AbortController();
      let batches = 0;
      const error = await failureOf(async () => {
        for await (const _ of storage.resourceStorage(pods).list({}, controller.signal)) {
          batches++;
          controller.abort();
        }
      });
      // A storage that gives everything at once has nothing left to abort.
      if (error === undefined) assert.equal(batches, 1);
      else await rejects(() => Promise.reject(error), 'TIMEOUT', 'list');
      assert.equal((await list(storage)).names.length, 3000, 'the next list is whole');
    },
  },
  {
    name: 'a write that was aborted is finished by repeating it',
    async run({ storage }) {
      const changes = upserts(many());
      await storage.prepareCluster('c1');
      const controller = new AbortController();
      const writing = storage.resourceStorage(pods).write('c1', changes, controller.signal);
      controller.abort();
      const error = await failureOf(() => writing);
      if (error !== undefined) await rejects(() => Promise.reject(error), 'TIMEOUT', 'write');
      const { written, unchanged } = await storage.resourceStorage(pods).write('c1', changes);
      assert.equal(written + unchanged, 3000);
      assert.equal((await list(storage)).names.length, 3000);
    },
  },
  {
    name: 'a clean that was aborted is finished by repeating it',
    async run({ storage }) {
      await store(storage, many());
      const controller = new AbortController();
      const cleaning = storage.cleanCluster('c1', controller.signal);
      controller.abort();
      const error = await failureOf(() => cleaning);
      if (error !== undefined) await rejects(() => Promise.reject(error), 'TIMEOUT', 'cleanCluster');
      await storage.cleanCluster('c1');
      assert.deepEqual((await list(storage)).names, []);
    },
  },
];
