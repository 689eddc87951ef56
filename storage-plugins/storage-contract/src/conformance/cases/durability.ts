import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import { list, textOf } from '../listing.js';
import { deployments, pods, store, testObject } from '../test-objects.js';
import { createInventory } from './inventories.js';

const needs = ['durable'] as const;

export const durabilityCases: readonly ConformanceCase[] = [
  {
    name: 'what was written is there after a restart, byte for byte',
    needs,
    async run({ storage, reopen, capabilities }) {
      const a = testObject('a', {
        labels: { app: 'x' },
        owner: 'o',
        created: '2024-01-01T00:00:00Z',
        spec: '{"n":1.50}',
      });
      await store(storage, [a, testObject('b'), testObject('d', { type: deployments, cluster: 'c2' })]);
      await storage.putClusterInventory(createInventory('c1'));
      const reopened = await reopen();
      assert.deepEqual((await list(reopened)).ids, ['c1/n1/a', 'c1/n1/b']);
      assert.deepEqual((await list(reopened, {}, deployments)).ids, ['c2/n1/d']);
      const found = await reopened.resourceStorage(pods).get('c1', 'n1', 'a');
      assert.equal(textOf(found.json), textOf(a.prepared.json));
      assert.deepEqual(await reopened.clusterInventories(), [createInventory('c1')]);
      assert.deepEqual((await list(reopened, { since: 0 })).names, ['a']);
      if (capabilities.labelSelector) {
        assert.deepEqual(
          (await list(reopened, { labelSelector: [{ key: 'app', operator: 'in', values: ['x'] }] })).names,
          ['a'],
        );
      }
      if (capabilities.ownerSearch) {
        assert.deepEqual(
          (await list(reopened, { clusters: { in: ['c1'] }, owner: { uid: 'o', seniority: 0 } })).names,
          ['a'],
        );
      }
    },
  },
  {
    name: 'what was updated, deleted or cleaned stays so after a restart',
    needs,
    async run({ storage, reopen }) {
      const updated = testObject('a', { resourceVersion: '2', spec: { second: true } });
      await store(storage, [testObject('a'), testObject('b'), testObject('c'), testObject('x', { cluster: 'c2' })]);
      await store(storage, [updated]);
      await storage.resourceStorage(pods).write('c1', [{ type: 'delete', namespace: 'n1', name: 'b' }]);
      await storage.putClusterInventory(createInventory('c2'));
      await storage.cleanCluster('c2');
      const reopened = await reopen();
      assert.deepEqual((await list(reopened)).ids, ['c1/n1/a', 'c1/n1/c']);
      assert.equal(
        textOf((await reopened.resourceStorage(pods).get('c1', 'n1', 'a')).json),
        textOf(updated.prepared.json),
      );
      assert.deepEqual(await reopened.clusterInventories(), []);
      const older = { type: 'upsert', object: testObject('a').prepared } as const;
      assert.deepEqual(await reopened.resourceStorage(pods).write('c1', [older]), { written: 0, unchanged: 1 });
    },
  },
  {
    name: 'events are there after a restart',
    needs: [...needs, 'events'],
    async run({ storage, reopen }) {
      const json = new TextEncoder().encode('{"kind":"Event"}');
      await store(storage, [testObject('a', { uid: 'u' })]);
      await storage
        .resourceStorage(pods)
        .recordEvents('c1', [{ involvedUid: 'u', eventUid: 'e', key: 'n1/e', resourceVersion: '1', json }]);
      const found = await (await reopen()).resourceStorage(pods).get('c1', 'n1', 'a', { injectEvents: true });
      assert.deepEqual(found.events?.map(textOf), ['{"kind":"Event"}']);
    },
  },
  {
    name: 'a page goes on after a restart',
    needs: [...needs, 'continueToken'],
    async run({ storage, reopen }) {
      await store(
        storage,
        ['a', 'b', 'c', 'd'].map((name) => testObject(name)),
      );
      const first = await list(storage, { limit: 2 });
      const rest = await list(await reopen(), { limit: 2, start: { after: String(first.continue) } });
      assert.deepEqual(rest.names, ['c', 'd']);
    },
  },
];
