import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import { textOf } from '../listing.js';
import { rejects } from '../rejects.js';
import { deployments, nodes, pods, store, testObject } from '../test-objects.js';

export const getCases: readonly ConformanceCase[] = [
  {
    name: 'get returns the stored bytes',
    async run({ storage }) {
      const object = testObject('a', { spec: '{"number":1.50,"text":"\\u00e9é","list":[1,null]}' });
      await store(storage, [object]);
      const found = await storage.resourceStorage(pods).get('c1', 'n1', 'a');
      assert.equal(textOf(found.json), textOf(object.prepared.json));
      assert.deepEqual([found.cluster, found.namespace, found.name], ['c1', 'n1', 'a']);
    },
  },
  {
    name: 'get finds cluster-scoped objects in the empty namespace',
    async run({ storage }) {
      const object = testObject('node-1', { type: nodes });
      await store(storage, [object]);
      const found = await storage.resourceStorage(nodes).get('c1', '', 'node-1');
      assert.equal(textOf(found.json), textOf(object.prepared.json));
    },
  },
  {
    name: 'get of anything that is not stored is NOT_FOUND',
    async run({ storage }) {
      await store(storage, [testObject('a'), testObject('b', { cluster: 'c2', namespace: 'n2' })]);
      const storageOfPods = storage.resourceStorage(pods);
      for (const [cluster, namespace, name] of [
        ['c1', 'n1', 'b'],
        ['c1', 'n2', 'a'],
        ['c2', 'n1', 'a'],
        ['c3', 'n1', 'a'],
        ['c1', '', 'a'],
        ['c1', 'n1', 'A'],
        ['c1', 'n1', ''],
      ] as const) {
        await rejects(
          () => storageOfPods.get(cluster, namespace, name),
          'NOT_FOUND',
          `${cluster}/${namespace}/${name}`,
        );
      }
      await rejects(() => storage.resourceStorage(deployments).get('c1', 'n1', 'a'), 'NOT_FOUND', 'another type');
      const otherVersion = { ...pods, version: 'v2' };
      await rejects(() => storage.resourceStorage(otherVersion).get('c1', 'n1', 'a'), 'NOT_FOUND', 'another version');
    },
  },
  {
    name: 'a view into a larger buffer is copied, and the buffer may be used again',
    async run({ storage }) {
      const { prepared } = testObject('a');
      const large = new Uint8Array(prepared.json.byteLength + 200).fill(120);
      large.set(prepared.json, 100);
      const json = large.subarray(100, 100 + prepared.json.byteLength);
      await storage.prepareCluster('c1');
      await storage.resourceStorage(pods).write('c1', [{ type: 'upsert', object: { ...prepared, json } }]);
      large.fill(120);
      const found = await storage.resourceStorage(pods).get('c1', 'n1', 'a');
      assert.equal(textOf(found.json), textOf(prepared.json));
    },
  },
];
