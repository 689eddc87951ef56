import assert from 'node:assert/strict';
import type { ListOptions } from '../../list-options.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list } from '../listing.js';
import { deployments, nodes, store, testObject } from '../test-objects.js';

/** a and b in two namespaces of two clusters each. */
const fleet = ['c1', 'c2'].flatMap((cluster) =>
  ['n1', 'n2'].flatMap((namespace) => ['a', 'b'].map((name) => testObject(name, { cluster, namespace }))),
);

function lists(name: string, options: ListOptions, expected: string): ConformanceCase {
  return {
    name,
    fleet,
    async run({ storage }) {
      assert.deepEqual((await list(storage, options)).ids.join(' '), expected);
    },
  };
}

export const nameCases: readonly ConformanceCase[] = [
  lists(
    'a list without options holds everything, by cluster, namespace, name',
    {},
    'c1/n1/a c1/n1/b c1/n2/a c1/n2/b c2/n1/a c2/n1/b c2/n2/a c2/n2/b',
  ),
  lists(
    'a list of one cluster holds nothing of others',
    { clusters: { in: ['c2'] } },
    'c2/n1/a c2/n1/b c2/n2/a c2/n2/b',
  ),
  lists(
    'a list of one namespace holds nothing of others',
    { namespaces: { in: ['n2'] } },
    'c1/n2/a c1/n2/b c2/n2/a c2/n2/b',
  ),
  lists(
    'the same name in two clusters or namespaces is listed for each',
    { names: { in: ['a'] } },
    'c1/n1/a c1/n2/a c2/n1/a c2/n2/a',
  ),
  lists(
    'clusters, namespaces and names combine with AND',
    { clusters: { in: ['c1'] }, namespaces: { in: ['n2'] }, names: { in: ['b'] } },
    'c1/n2/b',
  ),
  lists(
    'several values combine with OR, and repeated ones do not repeat objects',
    {
      clusters: { in: ['c2', 'c1', 'c2'] },
      namespaces: { in: ['n2', 'n2', 'nowhere'] },
      names: { in: ['b', 'x', 'b'] },
    },
    'c1/n2/b c2/n2/b',
  ),
  lists('an empty set of clusters matches nothing', { clusters: { in: [] } }, ''),
  lists('an empty set of namespaces matches nothing', { namespaces: { in: [] } }, ''),
  lists('an empty set of names matches nothing', { names: { in: [] } }, ''),
  lists('an unknown cluster matches nothing', { clusters: { in: ['c'] } }, ''),
  lists('names match whole and by case', { names: { in: ['A', 'a*', '%', ''] } }, ''),
  lists('clusters can be excluded', { clusters: { notIn: ['c1', 'c9'] } }, 'c2/n1/a c2/n1/b c2/n2/a c2/n2/b'),
  lists('namespaces can be excluded', { namespaces: { notIn: ['n1'] } }, 'c1/n2/a c1/n2/b c2/n2/a c2/n2/b'),
  lists('names can be excluded', { names: { notIn: ['a'] } }, 'c1/n1/b c1/n2/b c2/n1/b c2/n2/b'),
  lists(
    'an empty exclusion excludes nothing',
    { clusters: { in: ['c1'], notIn: [] }, names: { in: ['a'] } },
    'c1/n1/a c1/n2/a',
  ),
  lists(
    'an exclusion wins over a selection',
    { names: { in: ['a', 'b'], notIn: ['b'] }, clusters: { in: ['c1'] } },
    'c1/n1/a c1/n2/a',
  ),
  {
    name: 'a list holds one type only, and no other version of it',
    async run({ storage }) {
      const beta = { ...deployments, version: 'v1beta1' };
      const extensions = { ...deployments, group: 'extensions' };
      await store(storage, [
        testObject('pod'),
        testObject('v1', { type: deployments }),
        testObject('beta', { type: beta }),
        testObject('other-group', { type: extensions }),
      ]);
      assert.deepEqual((await list(storage)).names, ['pod']);
      assert.deepEqual((await list(storage, {}, deployments)).names, ['v1']);
      assert.deepEqual((await list(storage, {}, beta)).names, ['beta']);
      assert.deepEqual((await list(storage, {}, extensions)).names, ['other-group']);
    },
  },
  {
    name: 'cluster-scoped objects are in the empty namespace',
    async run({ storage }) {
      await store(storage, [testObject('a', { type: nodes }), testObject('b', { type: nodes, cluster: 'c2' })]);
      assert.deepEqual((await list(storage, { namespaces: { in: [''] } }, nodes)).ids, ['c1//a', 'c2//b']);
      assert.deepEqual((await list(storage, { namespaces: { in: ['n1'] } }, nodes)).ids, []);
      assert.deepEqual((await list(storage, { namespaces: { notIn: ['n1'] } }, nodes)).ids, ['c1//a', 'c2//b']);
    },
  },
];
