import { describe, expect, it } from '@jest/globals';
import type { SyncResources } from '../../../../src/synchro/cluster/pedia-cluster.js';
import { negotiate } from '../../../../src/synchro/discovery/negotiate.js';
import { parseAggregatedDiscovery } from '../../../../src/synchro/discovery/parse-discovery.js';
import type { ServedResource, ServedResources } from '../../../../src/synchro/discovery/served-resource.js';
import { readRecording } from '../../../support/recordings.js';

function serve(group: string, resource: string, kind: string, versions: readonly string[]): ServedResource[] {
  return versions.map((version) => ({
    group,
    version,
    resource,
    kind,
    namespaced: true,
    singularName: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    verbs: ['get', 'list', 'watch'],
  }));
}

function plan(resources: readonly ServedResource[], ...syncResources: SyncResources[]) {
  const served: ServedResources = { resources, unavailable: [] };
  const { syncs, missing } = negotiate(served, {
    syncResources,
    syncAllCustomResources: false,
    definedByCrd: new Set(),
  });
  return {
    syncs: syncs.map(({ source, storage }) =>
      source.version === storage.version ? source.version : `${source.version} as ${storage.version}`,
    ),
    missing: missing.map(({ reason }) => reason),
  };
}

/** The table of Clusterpedia's negotiation; where ours differs, it says so. */
describe('the version of a built-in kind', () => {
  it.each([
    ['v1', ['v1'], 'v1'],
    ['v1beta1', ['v1', 'v1beta2', 'v1beta1'], 'v1'],
    // Clusterpedia stores v1beta2 as v1 as well.
    ['v1alpha1', ['v1beta2', 'v1beta1'], 'v1beta2 as v1'],
    [undefined, ['v2', 'v1', 'v1beta2'], 'v1'],
    [undefined, ['v2', 'v1beta2'], 'v1beta2 as v1'],
    // Clusterpedia skips what it has not compiled in; nothing hinders us to store it as it is.
    [undefined, ['v2'], 'v2'],
  ])('asked for in %s, of %j, is %s', (wanted, served, expected) => {
    const versions = wanted === undefined ? [] : [wanted];
    const entry = { group: 'apps', versions, resources: ['deployments'] };
    expect(plan(serve('apps', 'deployments', 'Deployment', served), entry).syncs).toEqual([expected]);
  });

  it.each([
    ['batch', 'cronjobs', 'CronJob', ['v1beta1'], 'v1beta1 as v1'],
    ['autoscaling', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', ['v1'], 'v1 as v2'],
    ['autoscaling', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', ['v1', 'v2beta2', 'v2beta1'], 'v1 as v2'],
    ['policy', 'poddisruptionbudgets', 'PodDisruptionBudget', ['v1beta1'], 'v1beta1 as v1'],
    ['networking.k8s.io', 'ingresses', 'Ingress', ['v1beta1'], 'v1beta1 as v1'],
    ['discovery.k8s.io', 'endpointslices', 'EndpointSlice', ['v1beta1'], 'v1beta1 as v1'],
    ['batch', 'cronjobs', 'CronJob', ['v2alpha1'], 'v2alpha1'],
  ])('of an old cluster is converted where its fields map: %s %s', (group, resource, kind, served, expected) => {
    expect(plan(serve(group, resource, kind, served), { group, resources: [kind] }).syncs).toEqual([expected]);
  });
});

/** Clusterpedia keeps the two apart. */
describe('a kind that moved out of extensions', () => {
  const old = serve('extensions', 'ingresses', 'Ingress', ['v1beta1']);
  const moved = serve('networking.k8s.io', 'ingresses', 'Ingress', ['v1beta1']);
  const today = serve('networking.k8s.io', 'ingresses', 'Ingress', ['v1']);
  const follow = (served: readonly ServedResource[], group: string, resource = 'ingresses') =>
    negotiate(
      { resources: served, unavailable: [] },
      { syncResources: [{ group, resources: [resource] }], syncAllCustomResources: false, definedByCrd: new Set() },
    ).syncs.map(({ source, storage }) =>
      [source, storage].map(({ group: of, version }) => `${of}/${version}`).join(' as '),
    );

  it.each([
    ['alone', old, 'extensions/v1beta1 as networking.k8s.io/v1'],
    ['beside its new group', [...old, ...moved], 'networking.k8s.io/v1beta1 as networking.k8s.io/v1'],
    ['beside the version that is stored', [...old, ...today], 'networking.k8s.io/v1 as networking.k8s.io/v1'],
  ])('is followed once, whatever group it is asked for in, when it is served there %s', (_where, served, expected) => {
    expect(follow(served, 'extensions')).toEqual([expected]);
    expect(follow(served, 'networking.k8s.io')).toEqual([expected]);
    expect(follow(served, '*', '*')).toEqual([expected]);
  });

  it.each([
    ['Deployment', 'deployments', 'apps/v1'],
    ['DaemonSet', 'daemonsets', 'apps/v1'],
    ['ReplicaSet', 'replicasets', 'apps/v1'],
    ['NetworkPolicy', 'networkpolicies', 'networking.k8s.io/v1'],
  ])('is stored as what it is called today: %s', (kind, resource, expected) => {
    expect(follow(serve('extensions', resource, kind, ['v1beta1']), 'extensions', resource)).toEqual([
      `extensions/v1beta1 as ${expected}`,
    ]);
  });

  it('does not take along what went nowhere', () => {
    const policies = serve('extensions', 'podsecuritypolicies', 'PodSecurityPolicy', ['v1beta1']);
    expect(follow(policies, 'extensions', '*')).toEqual(['extensions/v1beta1 as extensions/v1beta1']);
  });
});

describe('the versions of a custom resource', () => {
  const all = ['v1', 'v1beta2', 'v1beta1', 'v1alpha2', 'v1alpha1'];
  it.each([
    [[], ['v1beta2', 'v1beta1'], ['v1beta2', 'v1beta1'], []],
    [[], all, ['v1', 'v1beta2', 'v1beta1'], []],
    [['v1beta2'], all, ['v1beta2'], []],
    [['v1beta2', 'v1alpha2'], all, ['v1beta2', 'v1alpha2'], []],
    [['v2beta1', 'v1alpha2'], all, ['v1alpha2'], []],
    [['v2beta1'], all, [], ['VersionNotServed']],
    [['*'], all, all, []],
  ])('asked for as %j, of %j, are %j', (versions, served, expected, missing) => {
    const entry = { group: 'test.io', versions, resources: ['customkinds'] };
    expect(plan(serve('test.io', 'customkinds', 'CustomKind', served), entry)).toEqual({ syncs: expected, missing });
  });
});

describe('what is asked for', () => {
  const served = recordedDiscovery();
  const negotiated = (...syncResources: SyncResources[]) =>
    negotiate(served, { syncResources, syncAllCustomResources: false, definedByCrd: new Set() });
  const names = (...syncResources: SyncResources[]) =>
    negotiated(...syncResources).syncs.map(({ storage }) => `${storage.group}/${storage.version}/${storage.resource}`);

  it('may be named in the plural, the singular, and any case', () => {
    expect(names({ group: '', resources: ['PODS', 'Service', 'configmap'] })).toEqual([
      '/v1/configmaps',
      '/v1/pods',
      '/v1/services',
    ]);
  });

  it('is everything that can be watched, with *', () => {
    const all = names({ group: '*', resources: ['*'] });
    expect(all).toContain('delivery.acme.example/v1alpha1/rollouts');
    expect(all).toContain('autoscaling/v2/horizontalpodautoscalers');
    expect(all).not.toContain('autoscaling/v1/horizontalpodautoscalers');
    expect(all).not.toContain('/v1/componentstatuses');
    // The same objects as those of the core group, readable as both.
    expect(all).toContain('/v1/events');
    expect(all).not.toContain('events.k8s.io/v1/events');
    expect(new Set(all).size).toBe(all.length);
  });

  it('is all of a group, with * among its resources, and follows what the group will have', () => {
    expect(names({ group: 'batch', resources: ['*'] })).toEqual(['batch/v1/cronjobs', 'batch/v1/jobs']);
    const later = { ...served, resources: [...served.resources, ...serve('batch', 'queues', 'Queue', ['v1'])] };
    const options = {
      syncResources: [{ group: 'batch', resources: ['*'] }],
      syncAllCustomResources: false,
      definedByCrd: new Set<string>(),
    };
    expect(negotiate(later, options).syncs.map(({ storage }) => storage.resource)).toEqual([
      'cronjobs',
      'jobs',
      'queues',
    ]);
  });

  it('is not what holds the credentials of clusters, unless it is named', () => {
    const group = 'cluster.clusterpedia.io';
    const host = serve(group, 'pediaclusters', 'PediaCluster', ['v1alpha2']);
    expect(plan(host, { group: '*', resources: ['*'] }, { group, resources: ['*'] }).syncs).toEqual([]);
    expect(plan(host, { group, resources: ['pediaclusters'] }).syncs).toEqual(['v1alpha2']);
  });

  it('is once what two entries ask for, with events when either wants them', () => {
    const { syncs } = negotiated(
      { group: '', resources: ['pods'] },
      { group: '', resources: ['pod'], eventsInvolvedResources: ['pods'] },
    );
    expect(syncs.map(({ storage, recordsEvents }) => [storage.resource, recordsEvents])).toEqual([['pods', true]]);
  });

  it('is told when it is not served, cannot be watched, or when its API service is down', () => {
    const { missing } = negotiated(
      { group: '', resources: ['podz', 'componentstatuses'] },
      { group: 'metrics.acme.example', resources: ['things'] },
    );
    expect(missing.map(({ resource, reason }) => [resource, reason])).toEqual([
      ['componentstatuses', 'NotWatchable'],
      ['podz', 'ResourceNotFound'],
      ['things', 'DiscoveryFailed'],
    ]);
  });

  it('is every custom resource, in all its versions, with syncAllCustomResources', () => {
    const definedByCrd = new Set(['rollouts.delivery.acme.example', 'backups.data.acme.example']);
    const { syncs } = negotiate(served, { syncResources: [], syncAllCustomResources: true, definedByCrd });
    expect(syncs.map(({ storage }) => `${storage.resource} ${storage.version}`)).toEqual([
      'rollouts v1',
      'rollouts v1alpha1',
      'backups v1',
    ]);
  });
});

function recordedDiscovery(): ServedResources {
  const parts = ['api.aggregated.json', 'apis.aggregated.json'].map((file) =>
    parseAggregatedDiscovery(readRecording<unknown>(`discovery/${file}`)),
  );
  return {
    resources: parts.flatMap((part) => part?.resources ?? []),
    unavailable: parts.flatMap((part) => part?.unavailable ?? []),
  };
}
