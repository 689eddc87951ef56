import assert from 'node:assert/strict';
import type { StorageFactory } from '../../storage-factory.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list } from '../listing.js';
import { deployments, pods, store, testObject } from '../test-objects.js';
import { createInventory } from './inventories.js';

async function fill(storage: StorageFactory): Promise<void> {
  await store(
    storage,
    ['c1', 'c2'].flatMap((cluster) => [
      testObject('a', { cluster, labels: { app: 'x' } }),
      testObject('b', { cluster }),
      testObject('d', { cluster, type: deployments }),
    ]),
  );
  await storage.putClusterInventory(createInventory('c1'));
  await storage.putClusterInventory(createInventory('c2'));
}

async function versionsOf(storage: StorageFactory, cluster: string): Promise<number> {
  let count = 0;
  for await (const batch of storage.resourceVersions(cluster)) count += batch.length;
  return count;
}

export const cleanCases: readonly ConformanceCase[] = [
  {
    name: 'cleanCluster removes a cluster and nothing else',
    async run({ storage }) {
      await fill(storage);
      await storage.cleanCluster('c1');
      assert.deepEqual((await list(storage)).ids, ['c2/n1/a', 'c2/n1/b']);
      assert.deepEqual((await list(storage, {}, deployments)).ids, ['c2/n1/d']);
      assert.deepEqual(
        (await storage.clusterInventories()).map(({ cluster }) => cluster),
        ['c2'],
      );
      assert.deepEqual([await versionsOf(storage, 'c1'), await versionsOf(storage, 'c2')], [0, 3]);
    },
  },
  {
    name: 'cleanCluster repeated, or of an unknown cluster, is fine',
    async run({ storage }) {
      await fill(storage);
      await storage.cleanCluster('c1');
      await storage.cleanCluster('c1');
      await storage.cleanCluster('never-seen');
      assert.equal((await list(storage)).ids.length, 2);
    },
  },
  {
    name: 'a cleaned cluster can be filled again, and remembers nothing',
    async run({ storage, capabilities }) {
      await store(storage, [testObject('a', { uid: 'u', resourceVersion: '100', labels: { old: 'x' } })]);
      if (capabilities.events) {
        const json = new TextEncoder().encode('{"kind":"Event"}');
        const event = { involvedUid: 'u', eventUid: 'e', key: 'n1/e', resourceVersion: '1', json };
        await storage.resourceStorage(pods).recordEvents('c1', [event]);
      }
      await storage.cleanCluster('c1');
      await store(storage, [testObject('a', { uid: 'u', resourceVersion: '5' })]);
      const found = await storage.resourceStorage(pods).get('c1', 'n1', 'a', { injectEvents: capabilities.events });
      assert.equal(found.events, undefined);
      if (capabilities.labelSelector) {
        const labelSelector = [{ key: 'old', operator: 'exists', values: [] }] as const;
        assert.deepEqual((await list(storage, { labelSelector })).ids, []);
      }
    },
  },
  {
    name: 'cleanClusterResource removes one type of one cluster, not the inventory, and may be repeated',
    async run({ storage }) {
      await fill(storage);
      await storage.cleanClusterResource('c1', pods);
      await storage.cleanClusterResource('c1', pods);
      await storage.cleanClusterResource('never-seen', pods);
      assert.deepEqual((await list(storage)).ids, ['c2/n1/a', 'c2/n1/b']);
      assert.deepEqual((await list(storage, {}, deployments)).ids, ['c1/n1/d', 'c2/n1/d']);
      assert.equal((await storage.clusterInventories()).length, 2);
      await storage.cleanClusterResource('c2', { ...pods, version: 'v2' });
      assert.equal((await list(storage)).ids.length, 2);
    },
  },
];
