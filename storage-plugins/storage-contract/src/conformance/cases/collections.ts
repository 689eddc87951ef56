import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import { list, listCollection } from '../listing.js';
import { rejects } from '../rejects.js';
import { deployments, nodes, pods, replicaSets, statefulSets, store, testObject, widgets } from '../test-objects.js';

const betaDeployments = { ...deployments, version: 'v1beta1' };
const fleet = [
  testObject('web', { type: deployments, labels: { app: 'web' } }),
  testObject('web', { labels: { app: 'web' } }),
  testObject('web', { type: widgets }),
  testObject('web', { type: replicaSets, cluster: 'c2' }),
  testObject('db', { type: statefulSets, namespace: 'n2', labels: { app: 'db' } }),
  testObject('old', { type: betaDeployments }),
  testObject('node', { type: nodes }),
];

const needs = ['collectionResources'] as const;
const show = ({ objects }: Awaited<ReturnType<typeof listCollection>>) =>
  objects.map(({ cluster, namespace, name, type }) => `${cluster}/${namespace}/${name}:${type?.resource}`);

export const collectionCases: readonly ConformanceCase[] = [
  {
    name: 'any, workloads and kuberesources are there',
    needs,
    async run({ storage }) {
      const collections = new Map(storage.collectionResources().map(({ name, types }) => [name, types]));
      assert.deepEqual(collections.get('any'), []);
      assert.deepEqual(
        new Set(collections.get('workloads')?.map(({ group, resource }) => `${group}/${resource}`)),
        new Set(['apps/deployments', 'apps/daemonsets', 'apps/statefulsets']),
      );
      const groups = collections.get('kuberesources')?.map(({ group }) => group) ?? [];
      assert.ok(['', 'apps', 'batch', 'rbac.authorization.k8s.io'].every((group) => groups.includes(group)));
    },
  },
  {
    name: 'an unknown collection is NOT_FOUND',
    needs,
    async run({ storage }) {
      await rejects(() => storage.collectionResourceStorage('nonsense'), 'NOT_FOUND', 'nonsense');
    },
  },
  {
    name: 'a collection holds every type, by cluster, namespace, name, group, version, resource',
    needs,
    fleet,
    async run({ storage }) {
      const listing = await listCollection(storage, 'any', { types: 'all' });
      assert.deepEqual(show(listing), [
        'c1//node:nodes',
        'c1/n1/old:deployments',
        'c1/n1/web:pods',
        'c1/n1/web:widgets',
        'c1/n1/web:deployments',
        'c1/n2/db:statefulsets',
        'c2/n1/web:replicasets',
      ]);
      assert.deepEqual(
        listing.objects.map(({ type }) => type),
        [nodes, betaDeployments, pods, widgets, deployments, statefulSets, replicaSets],
      );
    },
  },
  {
    name: 'a collection says its distinct types, in order of appearance',
    needs,
    async run({ storage }) {
      await store(storage, [...fleet, testObject('another'), testObject('zz', { type: widgets })]);
      const { types } = await listCollection(storage, 'any', {
        types: 'all',
        clusters: { in: ['c1'] },
        namespaces: { in: ['n1'] },
      });
      assert.deepEqual(types, [pods, betaDeployments, widgets, deployments]);
    },
  },
  {
    name: 'types are selected by group, version and resource, and combine with OR',
    needs,
    fleet,
    async run({ storage }) {
      const of = async (...types: { group: string; version?: string; resource?: string }[]) =>
        show(await listCollection(storage, 'any', { types })).map((id) => id.split('/')[2]);
      assert.deepEqual(await of({ group: '' }), ['node:nodes', 'web:pods']);
      assert.deepEqual(await of({ group: 'apps', resource: 'deployments' }), ['old:deployments', 'web:deployments']);
      assert.deepEqual(await of({ group: 'apps', version: 'v1', resource: 'deployments' }), ['web:deployments']);
      assert.deepEqual(await of({ group: 'apps', version: 'v1beta1' }), ['old:deployments']);
      assert.deepEqual(await of({ group: 'acme.example' }, { group: '', resource: 'nodes' }), [
        'node:nodes',
        'web:widgets',
      ]);
      assert.deepEqual(await of({ group: 'nowhere' }), []);
      assert.deepEqual(await of({ group: '', resource: 'deployments' }), []);
    },
  },
  {
    name: 'types that overlap do not repeat objects',
    needs,
    fleet,
    async run({ storage }) {
      const types = [{ group: 'apps' }, { group: 'apps', resource: 'deployments' }, { group: 'apps', version: 'v1' }];
      const { names } = await listCollection(storage, 'any', { types });
      assert.deepEqual(names, ['old', 'web', 'db', 'web']);
    },
  },
  {
    name: 'workloads and kuberesources hold their types only',
    needs,
    fleet,
    async run({ storage }) {
      assert.deepEqual(show(await listCollection(storage, 'workloads')), [
        'c1/n1/web:deployments',
        'c1/n2/db:statefulsets',
      ]);
      assert.equal((await listCollection(storage, 'kuberesources')).names.length, fleet.length - 1);
    },
  },
  {
    name: 'filters apply to collections',
    needs: [...needs, 'labelSelector', 'fuzzyName'],
    fleet,
    async run({ storage }) {
      const labelSelector = [{ key: 'app', operator: 'exists', values: [] }] as const;
      assert.deepEqual(show(await listCollection(storage, 'any', { types: 'all', labelSelector })), [
        'c1/n1/web:pods',
        'c1/n1/web:deployments',
        'c1/n2/db:statefulsets',
      ]);
      const some = { types: 'all', clusters: { in: ['c1'] }, fuzzyNames: { in: ['o'] } } as const;
      assert.deepEqual((await listCollection(storage, 'any', some)).names, ['node', 'old']);
    },
  },
  {
    name: 'a collection can be ordered',
    needs: [...needs, 'orderBy'],
    fleet,
    async run({ storage }) {
      const orderBy = [{ by: { column: 'kind' }, descending: true }] as const;
      const { objects } = await listCollection(storage, 'any', { types: 'all', orderBy });
      assert.deepEqual(
        objects.map(({ type }) => type?.kind),
        ['Widget', 'StatefulSet', 'ReplicaSet', 'Pod', 'Node', 'Deployment', 'Deployment'],
      );
    },
  },
  {
    name: 'an empty collection is one empty batch',
    needs,
    async run({ storage }) {
      assert.deepEqual((await listCollection(storage, 'workloads')).ids, []);
      assert.deepEqual((await list(storage, {}, widgets)).ids, []);
    },
  },
];
