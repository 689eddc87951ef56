import assert from 'node:assert/strict';
import type { ListOptions, OwnerSelection } from '../../list-options.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list, listCollection } from '../listing.js';
import { rejects } from '../rejects.js';
import { deployments, nodes, pods, replicaSets, store, testObject, widgets } from '../test-objects.js';

const fleet = [
  testObject('web', { type: deployments, uid: 'deploy' }),
  testObject('web-1', { type: replicaSets, uid: 'set-1', owner: 'deploy' }),
  testObject('web-2', { type: replicaSets, uid: 'set-2', owner: 'deploy' }),
  testObject('web-1-a', { owner: 'set-1' }),
  testObject('web-1-b', { owner: 'set-1', otherOwners: ['set-2'] }),
  testObject('web-2-a', { owner: 'set-2' }),
  testObject('loose'),
  testObject('loose-too', { uid: '' }),
  testObject('web', { type: widgets, uid: 'widget' }),
  testObject('of-widget', { owner: 'widget' }),
  testObject('web', { type: deployments, namespace: 'n2', uid: 'deploy-n2' }),
  testObject('of-n2', { namespace: 'n2', owner: 'deploy-n2' }),
  testObject('across', { namespace: 'n2', owner: 'deploy' }),
  testObject('node', { type: nodes, uid: 'node' }),
  testObject('mirror', { namespace: 'n2', owner: 'node' }),
  testObject('web', { cluster: 'c2', type: deployments, uid: 'deploy' }),
  testObject('elsewhere', { cluster: 'c2', owner: 'deploy' }),
];

const appsDeployments = { group: 'apps', resource: 'deployments' };
const inC1: ListOptions = { clusters: { in: ['c1'] } };

function finds(name: string, owner: OwnerSelection, expected: string, options: ListOptions = {}): ConformanceCase {
  return {
    name,
    needs: ['ownerSearch'],
    fleet,
    async run({ storage }) {
      assert.equal((await list(storage, { ...inC1, ...options, owner })).ids.join(' '), expected);
    },
  };
}

export const ownerCases: readonly ConformanceCase[] = [
  finds('by uid of the owner', { uid: 'set-1', seniority: 0 }, 'c1/n1/web-1-a c1/n1/web-1-b'),
  finds('only the controller is an owner', { uid: 'set-2', seniority: 0 }, 'c1/n1/web-2-a'),
  finds(
    'by uid of the grandparent, over other types',
    { uid: 'deploy', seniority: 1 },
    'c1/n1/web-1-a c1/n1/web-1-b c1/n1/web-2-a',
  ),
  finds('by uid of the owner, in any namespace', { uid: 'deploy', seniority: 0 }, 'c1/n2/across'),
  finds('a generation too far finds nothing', { uid: 'deploy', seniority: 2 }, ''),
  finds('an unknown uid finds nothing', { uid: 'nobody', seniority: 0 }, ''),
  finds('by name of the owner, of any type', { name: 'web', seniority: 0 }, 'c1/n1/of-widget c1/n2/across c1/n2/of-n2'),
  finds(
    'by name and type of the owner',
    { name: 'web', groupResource: appsDeployments, seniority: 0 },
    'c1/n2/across c1/n2/of-n2',
  ),
  finds(
    'by name and type of the grandparent',
    { name: 'web', groupResource: appsDeployments, seniority: 1 },
    'c1/n1/web-1-a c1/n1/web-1-b c1/n1/web-2-a',
  ),
  finds('a uid wins over a name', { uid: 'widget', name: 'web-1', seniority: 0 }, 'c1/n1/of-widget'),
  finds(
    'with namespaces, objects and the named owners are in these',
    { name: 'web', groupResource: appsDeployments, seniority: 0 },
    'c1/n2/of-n2',
    { namespaces: { in: ['n2'] } },
  ),
  finds('with namespaces, a uid may be anywhere', { uid: 'deploy', seniority: 0 }, 'c1/n2/across', {
    namespaces: { in: ['n2'] },
  }),
  finds('with namespaces, the owner may be cluster-scoped', { name: 'node', seniority: 0 }, 'c1/n2/mirror', {
    namespaces: { in: ['n2'] },
  }),
  finds('an owner combines with other filters by AND', { uid: 'set-1', seniority: 0 }, 'c1/n1/web-1-b', {
    names: { in: ['web-1-b', 'web-2-a'] },
  }),
  {
    name: 'an owner of the same uid in another cluster is another owner',
    needs: ['ownerSearch'],
    fleet,
    async run({ storage }) {
      const options = { clusters: { in: ['c2'] }, owner: { uid: 'deploy', seniority: 0 } };
      assert.deepEqual((await list(storage, options)).ids, ['c2/n1/elsewhere']);
    },
  },
  {
    name: 'an owner is searched in exactly one cluster',
    needs: ['ownerSearch'],
    fleet,
    async run({ storage }) {
      const owner = { uid: 'deploy', seniority: 0 };
      await rejects(() => list(storage, { owner }), 'INVALID', 'all clusters');
      await rejects(() => list(storage, { owner, clusters: { in: ['c1', 'c2'] } }), 'INVALID', 'two clusters');
    },
  },
  {
    name: 'an owner is searched in collections too',
    needs: ['ownerSearch', 'collectionResources'],
    fleet,
    async run({ storage }) {
      const owned = (seniority: number) =>
        listCollection(storage, 'any', { ...inC1, types: 'all', owner: { uid: 'deploy', seniority } });
      assert.deepEqual((await owned(0)).ids, ['c1/n1/web-1', 'c1/n1/web-2', 'c1/n2/across']);
      assert.deepEqual((await owned(1)).names, ['web-1-a', 'web-1-b', 'web-2-a']);
    },
  },
  {
    name: 'a deleted link breaks the chain of owners',
    needs: ['ownerSearch'],
    async run({ storage }) {
      await store(storage, fleet);
      await storage.resourceStorage(replicaSets).write('c1', [{ type: 'delete', namespace: 'n1', name: 'web-1' }]);
      const options = { ...inC1, owner: { uid: 'deploy', seniority: 1 } };
      assert.deepEqual((await list(storage, options, pods)).names, ['web-2-a']);
    },
  },
];
