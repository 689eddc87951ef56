import assert from 'node:assert/strict';
import type { StorageFactory } from '../../storage-factory.js';
import type { ConformanceCase } from '../conformance-case.js';
import { deployments, nodes, pods, store, testObject } from '../test-objects.js';

async function read(storage: StorageFactory, cluster: string): Promise<readonly string[]> {
  const versions: string[] = [];
  for await (const batch of storage.resourceVersions(cluster)) {
    for (const { type, namespace, name, resourceVersion } of batch) {
      const { group, version, resource, kind, namespaced } = type;
      versions.push([group, version, resource, kind, namespaced, namespace, name, resourceVersion].join('/'));
    }
  }
  return versions.toSorted();
}

export const resourceVersionCases: readonly ConformanceCase[] = [
  {
    name: 'resourceVersions tells what is stored of a cluster, of every type',
    async run({ storage }) {
      await store(storage, [
        testObject('a', { resourceVersion: '7' }),
        testObject('d', { type: deployments, resourceVersion: '' }),
        testObject('n', { type: nodes, resourceVersion: '9007199254740993' }),
        testObject('a', { cluster: 'c2', resourceVersion: '8' }),
      ]);
      assert.deepEqual(await read(storage, 'c1'), [
        '/v1/nodes/Node/false//n/9007199254740993',
        '/v1/pods/Pod/true/n1/a/7',
        'apps/v1/deployments/Deployment/true/n1/d/',
      ]);
      assert.deepEqual(await read(storage, 'c9'), []);
    },
  },
  {
    name: 'resourceVersions follows updates and deletes',
    async run({ storage }) {
      await store(storage, [testObject('a', { resourceVersion: '7' }), testObject('b')]);
      await store(storage, [testObject('a', { resourceVersion: '9' })]);
      await storage.resourceStorage(pods).write('c1', [{ type: 'delete', namespace: 'n1', name: 'b' }]);
      assert.deepEqual(await read(storage, 'c1'), ['/v1/pods/Pod/true/n1/a/9']);
    },
  },
  {
    name: 'resourceVersions is not cut',
    async run({ storage }) {
      await store(
        storage,
        Array.from({ length: 3000 }, (_, i) => testObject(`pod-${i}`)),
      );
      assert.equal((await read(storage, 'c1')).length, 3000);
    },
  },
];
