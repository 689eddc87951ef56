import { describe, expect, it } from '@jest/globals';
import {
  validateClusterSyncResources,
  validatePediaCluster,
} from '../../../../src/synchro/cluster/validate-declaration.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');

function cluster(spec: object): object {
  return { apiVersion: 'cluster.clusterpedia.io/v1alpha2', kind: 'PediaCluster', metadata: { name: 'prod' }, spec };
}

const reachable = { apiserver: 'https://192.0.2.1:6443', tokenData: base64('t'), syncResources: [] };

describe('a PediaCluster', () => {
  it.each([
    ['a token', reachable],
    ['a kubeconfig alone', { kubeconfig: base64('x'), syncResources: [] }],
    ['a certificate', { apiserver: 'https://a', certData: base64('c'), keyData: base64('k'), syncResources: [] }],
    ['secrets', { authenticationFrom: { kubeconfig: { name: 's', key: 'k' } }, syncResources: [] }],
    [
      'everything at once',
      {
        ...reachable,
        caData: base64('c'),
        syncResources: [
          { group: '', resources: ['pods', 'Services'], eventsInvolvedResources: ['pods'] },
          { group: '*', resources: ['*'] },
          { group: 'test.io', versions: ['*'], resources: ['*'], eventsInvolvedResources: ['*'] },
        ],
        syncAllCustomResources: true,
        syncResourcesRefName: 'default',
        shardingName: 'a',
      },
    ],
  ])('may have %s', (_name, spec) => {
    expect(validatePediaCluster(cluster(spec)).violations).toBeUndefined();
  });

  it('with every field wrong has every violation at once, each with its path, and no credential in any', () => {
    const { violations = [] } = validatePediaCluster({
      apiVersion: 'cluster.clusterpedia.io/v1alpha1',
      kind: 'PediaCluster',
      metadata: { name: 'Prod_EU' },
      spec: {
        kubeconfig: 5,
        apiserver: 'ftp://user:sesame@h',
        tokenData: '!sesame!',
        caData: 'not base64!',
        certData: base64('c'),
        keyData: 7,
        authenticationFrom: { tokne: { name: 's', key: 'k' }, ca: { name: '' } },
        syncResources: [
          { group: 'apps', resources: [] },
          { resources: 'pods' },
          { group: '', resources: ['pods'], eventsInvolvedResources: ['services'], versions: 'v1' },
        ],
        syncAllCustomResources: 'yes',
        syncResourcesRefName: 3,
        shardingName: [],
        syncResourcez: [],
      },
    });
    const paths = violations.map((line) => line.slice(0, line.indexOf(': ')));
    for (const path of [
      '/apiVersion',
      '/metadata/name',
      '/spec/kubeconfig',
      '/spec/apiserver',
      '/spec/tokenData',
      '/spec/caData',
      '/spec/keyData',
      '/spec/authenticationFrom/tokne',
      '/spec/authenticationFrom/ca/name',
      '/spec/authenticationFrom/ca/key',
      '/spec/syncResources/0/resources',
      '/spec/syncResources/1/group',
      '/spec/syncResources/1/resources',
      '/spec/syncResources/2/versions',
      '/spec/syncResources/2/eventsInvolvedResources',
      '/spec/syncAllCustomResources',
      '/spec/syncResourcesRefName',
      '/spec/shardingName',
      '/spec/syncResourcez',
    ]) {
      expect(paths).toContain(path);
    }
    expect(violations.join('\n')).toContain('did you mean syncResources?');
    expect(violations.join('\n')).not.toContain('sesame');
  });

  it.each([
    ['no address', { tokenData: base64('t'), syncResources: [] }, '/spec/apiserver: is missing'],
    ['no credentials', { apiserver: 'https://a', syncResources: [] }, '/spec: has no credentials'],
    [
      'a certificate without its key',
      { apiserver: 'https://a', certData: base64('c'), syncResources: [] },
      '/spec/keyData: is missing',
    ],
    ['nothing to follow', { apiserver: 'https://a', tokenData: base64('t') }, '/spec/syncResources: is missing'],
  ])('with %s is refused', (_name, spec, expected) => {
    expect(validatePediaCluster(cluster(spec)).violations?.join('\n')).toContain(expected);
  });

  it.each([[undefined], [null], ['text'], [7], [[]], [{}], [{ spec: null }], [cluster([])]])(
    'that is %j is refused',
    (object) => {
      expect(validatePediaCluster(object).violations?.length).toBeGreaterThan(0);
    },
  );
});

it('a ClusterSyncResources is checked likewise', () => {
  const object = {
    apiVersion: 'cluster.clusterpedia.io/v1alpha2',
    kind: 'ClusterSyncResources',
    metadata: { name: 'all' },
  };
  expect(
    validateClusterSyncResources({ ...object, spec: { syncResources: [{ group: '*', resources: ['*'] }] } }).violations,
  ).toBeUndefined();
  expect(validateClusterSyncResources({ ...object, spec: { syncResources: [{ group: 1 }] } }).violations).toHaveLength(
    2,
  );
});
