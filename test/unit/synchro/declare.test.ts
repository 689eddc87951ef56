import { describe, expect, it } from '@jest/globals';
import { resolveTarget } from '../../../src/synchro/cluster/resolve-target.js';
import { clusterNames } from '../../../src/synchro/declare/kubeconfig-source.js';
import { DiscoveryError, parseGroupList, parseResourceList } from '../../../src/synchro/discovery/parse-discovery.js';
import { readRecording } from '../../support/recordings.js';

describe('the name of a cluster', () => {
  it.each([
    ['prod-eu', 'prod-eu'],
    ['Prod_EU', 'prod-eu'],
    ['arn:aws:eks:eu-1:42:cluster/prod', 'arn-aws-eks-eu-1-42-cluster-prod'],
    ['gke_project_zone-a_main', 'gke-project-zone-a-main'],
    ['admin@kind.local', 'admin-kind.local'],
    ['-.odd.-.name.-', 'odd.name'],
    ['日本', 'cluster'],
  ])('of the context %s is %s', (context, name) => {
    expect(clusterNames([context]).get(context)).toBe(name);
  });

  it('is that of one context alone, and a context that needs no other keeps its own', () => {
    expect([...clusterNames(['a_b', 'a-b', 'A/B']).values()]).toEqual(['a-b-2', 'a-b', 'a-b-3']);
  });
});

describe('the way to a cluster', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const apiserver = 'https://192.0.2.1:6443';
  const kubeconfig = (user: object) =>
    base64(
      JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
        clusters: [{ name: 'k', cluster: { server: 'https://k.example' } }],
        users: [{ name: 'u', user }],
      }),
    );

  it('is that of the kubeconfig, whatever else there is', async () => {
    const spec = { kubeconfig: kubeconfig({ token: 'k' }), apiserver, tokenData: base64('t') };
    await expect(resolveTarget(spec, { trusted: false })).resolves.toMatchObject({
      server: 'https://k.example',
      user: { token: 'k' },
    });
  });

  it('is the address with what stands beside it before what stands in Secrets', async () => {
    const spec = {
      apiserver,
      tokenData: base64('inline\n'),
      caData: base64('authority'),
      authenticationFrom: { token: { name: 's', key: 'token' } },
    };
    await expect(resolveTarget(spec, { trusted: false })).resolves.toEqual({
      server: apiserver,
      tls: { ca: 'authority' },
      user: { token: 'inline' },
    });
  });

  it('without an authority trusts whoever answers, as Clusterpedia does', async () => {
    const target = await resolveTarget({ apiserver, tokenData: base64('t') }, { trusted: false });
    expect(target.tls).toEqual({ skipVerify: true });
  });

  it('is made of Secrets, and says which one is wrong', async () => {
    const secrets: Record<string, string> = { cert: 'C', key: 'K', ca: 'A', empty: '' };
    const readSecret = ({ key }: { key: string }) =>
      Promise.resolve(secrets[key] === undefined ? undefined : Buffer.from(secrets[key]));
    const from = (name: string) => ({ name: 's', key: name });
    const spec = { apiserver, authenticationFrom: { cert: from('cert'), key: from('key'), ca: from('ca') } };
    await expect(resolveTarget(spec, { trusted: false, readSecret })).resolves.toEqual({
      server: apiserver,
      tls: { ca: 'A' },
      user: { certificate: 'C', key: 'K' },
    });
    const token = (name: string) =>
      resolveTarget({ apiserver, authenticationFrom: { token: from(name) } }, { trusted: false, readSecret });
    await expect(token('empty')).rejects.toThrow('Secret s, key empty: is empty');
    await expect(token('missing')).rejects.toThrow('Secret s, key missing: is not there');
  });

  it.each([
    ['an exec plugin', { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'aws' } }],
    ['tokenFile', { tokenFile: '/etc/shadow' }],
    ['client-certificate', { 'client-certificate': '/a', 'client-key': '/b' }],
    ['an auth-provider', { 'auth-provider': { name: 'oidc', config: {} } }],
  ])('of a kubeconfig with %s is taken only from whom we trust', async (what, user) => {
    const spec = { kubeconfig: kubeconfig(user) };
    await expect(resolveTarget(spec, { trusted: false })).rejects.toThrow(what);
    await expect(resolveTarget(spec, { trusted: true })).resolves.toMatchObject({ server: 'https://k.example' });
  });
});

describe('discovery without aggregation', () => {
  it('tells the same of a server', () => {
    const groups = parseGroupList(readRecording('discovery/apis.json'));
    expect(groups.filter(({ group }) => group === 'autoscaling')).toEqual([
      { group: 'autoscaling', version: 'v2' },
      { group: 'autoscaling', version: 'v1' },
    ]);
    const types = parseResourceList(readRecording('discovery/apis-apps-v1.json'), 'apps', 'v1');
    expect(types.map(({ resource }) => resource)).toEqual(
      expect.arrayContaining(['daemonsets', 'deployments', 'replicasets', 'statefulsets']),
    );
    // Subresources are none of their own.
    expect(types.some(({ resource }) => resource.includes('/'))).toBe(false);
  });

  it.each([[null], ['text'], [{}], [{ kind: 'Status' }], [[]]])('is refused when it is %j', (document) => {
    expect(() => parseGroupList(document)).toThrow(DiscoveryError);
    expect(() => parseResourceList(document, 'apps', 'v1')).toThrow(DiscoveryError);
  });

  it('leaves out names that are none', () => {
    const resources = [
      { name: '../secrets', kind: 'X', namespaced: true, verbs: [] },
      { name: 'ok', kind: 'Ok', verbs: [] },
    ];
    expect(
      parseResourceList({ kind: 'APIResourceList', resources }, 'g', 'v1').map(({ resource }) => resource),
    ).toEqual(['ok']);
  });
});
