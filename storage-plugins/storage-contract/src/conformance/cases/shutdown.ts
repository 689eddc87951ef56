import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import { drain, failureOf, rejects } from '../rejects.js';
import { pods, store, testObject } from '../test-objects.js';
import { createInventory } from './inventories.js';

export const shutdownCases: readonly ConformanceCase[] = [
  {
    name: 'an open storage is healthy',
    async run({ storage }) {
      assert.equal((await storage.health()).healthy, true);
    },
  },
  {
    name: 'after shutdown every call is CLOSED',
    async run({ storage }) {
      await store(storage, [testObject('a')]);
      const written = storage.resourceStorage(pods);
      await storage.shutdown();
      await rejects(() => written.get('c1', 'n1', 'a'), 'CLOSED', 'get');
      await rejects(() => drain(written.list({})), 'CLOSED', 'list');
      await rejects(() => written.write('c1', []), 'CLOSED', 'write');
      await rejects(() => written.recordEvents('c1', []), 'CLOSED', 'recordEvents');
      await rejects(() => storage.prepareCluster('c1'), 'CLOSED', 'prepareCluster');
      await rejects(() => drain(storage.resourceVersions('c1')), 'CLOSED', 'resourceVersions');
      await rejects(() => storage.putClusterInventory(createInventory('c1')), 'CLOSED', 'putClusterInventory');
      await rejects(() => storage.clusterInventories(), 'CLOSED', 'clusterInventories');
      await rejects(() => storage.cleanCluster('c1'), 'CLOSED', 'cleanCluster');
      await rejects(() => storage.cleanClusterResource('c1', pods), 'CLOSED', 'cleanClusterResource');
    },
  },
  {
    name: 'health never rejects, and says why not',
    async run({ storage }) {
      await storage.shutdown();
      const { healthy, reason } = await storage.health();
      assert.equal(healthy, false);
      assert.ok(reason, 'there is a reason');
    },
  },
  {
    name: 'a shutdown ends what is in flight',
    async run({ storage }) {
      await store(
        storage,
        Array.from({ length: 2000 }, (_, i) => testObject(`pod-${i}`)),
      );
      const written = storage.resourceStorage(pods);
      const changes = Array.from(
        { length: 2000 },
        (_, i) => ({ type: 'upsert', object: testObject(`new-${i}`).prepared }) as const,
      );
      const inFlight = [failureOf(() => drain(written.list({}))), failureOf(() => written.write('c1', changes))];
      await storage.shutdown();
      for (const error of await Promise.all(inFlight)) {
        if (error !== undefined) await rejects(() => Promise.reject(error), 'CLOSED', 'what was in flight');
      }
    },
  },
  {
    name: 'a list that was begun before shutdown ends or is CLOSED',
    async run({ storage }) {
      await store(
        storage,
        Array.from({ length: 2000 }, (_, i) => testObject(`pod-${i}`)),
      );
      const batches = storage.resourceStorage(pods).list({})[Symbol.asyncIterator]();
      await batches.next();
      await storage.shutdown();
      const error = await failureOf(async () => {
        for (let next = await batches.next(); !next.done; ) next = await batches.next();
      });
      if (error !== undefined) await rejects(() => Promise.reject(error), 'CLOSED', 'list');
    },
  },
];
