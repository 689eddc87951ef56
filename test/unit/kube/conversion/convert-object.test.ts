import { describe, expect, it } from '@jest/globals';
import { canConvert, convertObject, readableVersions } from '../../../../src/kube/conversion/convert-object.js';
import { asObject, type JsonObject } from '../../../../src/kube/conversion/json-object.js';
import { readRecording } from '../../../support/recordings.js';

interface List {
  readonly items: readonly JsonObject[];
}

function recorded(file: string, apiVersion: string, kind: string): readonly JsonObject[] {
  const { items } = readRecording<List>(`lists/${file}.json`);
  return items.map(({ metadata, ...item }) => {
    const { managedFields: _, ...kept } = metadata as JsonObject;
    return { apiVersion, kind, metadata: kept, ...item };
  });
}

describe('a HorizontalPodAutoscaler', () => {
  const v1 = recorded('autoscaling_v1_horizontalpodautoscalers', 'autoscaling/v1', 'HorizontalPodAutoscaler');
  const v2 = recorded('autoscaling_v2_horizontalpodautoscalers', 'autoscaling/v2', 'HorizontalPodAutoscaler');
  const kind = 'HorizontalPodAutoscaler';

  it.each(v2.map((object, index) => [nameOf(object), object, v1[index]] as const))(
    'of v2 is in v1 what a kube-apiserver says: %s',
    (_name, object, expected) => {
      const converted = convertObject(object, { kind, from: 'autoscaling/v2', to: 'autoscaling/v1' });
      expect(annotationsParsed(converted)).toEqual(annotationsParsed(expected ?? {}));
    },
  );

  it.each(v1.map((object, index) => [nameOf(object), object, v2[index]] as const))(
    'of v1 keeps in v2 what its annotations hold: %s',
    (_name, object, expected) => {
      const converted = convertObject(object, { kind, from: 'autoscaling/v1', to: 'autoscaling/v2' });
      const spec = expected?.spec;
      expect(sortedMetrics(converted.spec)).toEqual(sortedMetrics(spec));
      expect((converted.status as JsonObject).conditions).toEqual(asObject(expected?.status)?.conditions);
    },
  );

  it('comes back from v2beta1 as it was', () => {
    for (const object of v2) {
      const old = convertObject(object, { kind, from: 'autoscaling/v2', to: 'autoscaling/v2beta1' });
      const back = convertObject(old, { kind, from: 'autoscaling/v2beta1', to: 'autoscaling/v2' });
      const { behavior: _, ...spec } = object.spec as JsonObject;
      expect(back.spec).toEqual(spec);
    }
  });
});

describe('an Event', () => {
  const core = recorded('core_v1_events', 'v1', 'Event');
  const events = recorded('events.k8s.io_v1_events', 'events.k8s.io/v1', 'Event');

  it('of one group is in the other what a kube-apiserver says', () => {
    expect(core.length).toBeGreaterThan(3);
    for (const [index, object] of core.entries()) {
      expect(convertObject(object, { kind: 'Event', from: 'v1', to: 'events.k8s.io/v1' })).toEqual(events[index]);
      expect(convertObject(events[index] ?? {}, { kind: 'Event', from: 'events.k8s.io/v1', to: 'v1' })).toEqual(object);
    }
  });
});

describe('an Ingress of v1beta1', () => {
  const old = {
    apiVersion: 'networking.k8s.io/v1beta1',
    kind: 'Ingress',
    metadata: { name: 'web' },
    spec: {
      ingressClassName: 'nginx',
      rules: [
        {
          host: 'a.example',
          http: {
            paths: [
              { path: '/', pathType: 'Prefix', backend: { serviceName: 'web', servicePort: 80 } },
              { path: '/api', backend: { serviceName: 'api', servicePort: 'http' } },
              { backend: { resource: { apiGroup: 'k8s.example', kind: 'Bucket', name: 'b' } } },
            ],
          },
        },
        { host: 'empty.example' },
      ],
      backend: { serviceName: 'fallback', servicePort: 'web' },
    },
    status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
  };
  const conversion = { kind: 'Ingress', from: 'networking.k8s.io/v1beta1', to: 'networking.k8s.io/v1' };

  it('names its services as v1 does', () => {
    expect(convertObject(old, conversion)).toEqual({
      ...old,
      apiVersion: 'networking.k8s.io/v1',
      spec: {
        ingressClassName: 'nginx',
        rules: [
          {
            host: 'a.example',
            http: {
              paths: [
                { path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } },
                {
                  path: '/api',
                  pathType: 'ImplementationSpecific',
                  backend: { service: { name: 'api', port: { name: 'http' } } },
                },
                {
                  pathType: 'ImplementationSpecific',
                  backend: { resource: { apiGroup: 'k8s.example', kind: 'Bucket', name: 'b' } },
                },
              ],
            },
          },
          { host: 'empty.example' },
        ],
        defaultBackend: { service: { name: 'fallback', port: { name: 'web' } } },
      },
    });
  });

  it('comes back as it was, but for the path type that v1 demands', () => {
    const there = convertObject(old, conversion);
    const back = convertObject(there, { kind: 'Ingress', from: conversion.to, to: conversion.from });
    const withTypes = JSON.parse(JSON.stringify(old)) as typeof old;
    for (const path of withTypes.spec.rules[0]?.http?.paths ?? []) path.pathType ??= 'ImplementationSpecific';
    expect(back).toEqual(withTypes);
  });
});

describe('a PodDisruptionBudget', () => {
  const budget = (apiVersion: string, selector: unknown) => ({
    apiVersion,
    kind: 'PodDisruptionBudget',
    metadata: { name: 'b' },
    spec: { selector },
  });
  const toV1 = { kind: 'PodDisruptionBudget', from: 'policy/v1beta1', to: 'policy/v1' };
  const toV1beta1 = { kind: 'PodDisruptionBudget', from: 'policy/v1', to: 'policy/v1beta1' };
  const nothing = {
    matchExpressions: [{ key: 'pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match', operator: 'Exists' }],
  };

  it('that selects nothing by an empty selector selects nothing in v1 either', () => {
    expect(convertObject(budget('policy/v1beta1', {}), toV1)).toEqual(budget('policy/v1', nothing));
    expect(convertObject(budget('policy/v1', nothing), toV1beta1)).toEqual(budget('policy/v1beta1', {}));
  });

  it('with a selector, or with none, keeps it', () => {
    const selector = { matchLabels: { app: 'web' } };
    expect(convertObject(budget('policy/v1beta1', selector), toV1)).toEqual(budget('policy/v1', selector));
    expect(convertObject(budget('policy/v1beta1', undefined), toV1)).toEqual(budget('policy/v1', undefined));
  });
});

describe('an EndpointSlice of v1beta1', () => {
  const endpoints = (value: object[]) => ({
    apiVersion: 'x',
    kind: 'EndpointSlice',
    metadata: { name: 's' },
    addressType: 'IPv4',
    endpoints: value,
  });
  const topology = { 'topology.kubernetes.io/zone': 'a', 'kubernetes.io/hostname': 'n1' };

  it('has its zone in a field of its own in v1, and back', () => {
    const old = endpoints([{ addresses: ['192.0.2.1'], topology, nodeName: 'n1' }, { addresses: ['192.0.2.2'] }]);
    const there = { kind: 'EndpointSlice', from: 'discovery.k8s.io/v1beta1', to: 'discovery.k8s.io/v1' };
    const converted = convertObject(old, there);
    expect(converted.endpoints).toEqual([
      { addresses: ['192.0.2.1'], nodeName: 'n1', zone: 'a', deprecatedTopology: { 'kubernetes.io/hostname': 'n1' } },
      { addresses: ['192.0.2.2'] },
    ]);
    const back = convertObject(converted, { kind: 'EndpointSlice', from: there.to, to: there.from });
    expect(back.endpoints).toEqual(old.endpoints);
  });
});

it('says in which versions a stored kind can be read besides', () => {
  expect(readableVersions('HorizontalPodAutoscaler', 'autoscaling/v2')).toEqual([
    'autoscaling/v1',
    'autoscaling/v2beta2',
    'autoscaling/v2beta1',
  ]);
  expect(readableVersions('CronJob', 'batch/v1')).toEqual(['batch/v1beta1']);
  expect(readableVersions('Event', 'v1')).toEqual(['events.k8s.io/v1']);
  expect(readableVersions('Pod', 'v1')).toEqual([]);
  expect(canConvert({ kind: 'CronJob', from: 'batch/v2alpha1', to: 'batch/v1' })).toBe(false);
});

function nameOf(object: JsonObject): string {
  return String((object.metadata as JsonObject).name);
}

/** JSON in annotations is compared by what it means: Go writes its members in another order. */
function annotationsParsed(object: JsonObject): JsonObject {
  const metadata = object.metadata as JsonObject;
  const annotations = Object.entries((metadata.annotations ?? {}) as JsonObject).map(([name, text]) => [
    name,
    name.startsWith('autoscaling.alpha') ? (JSON.parse(String(text)) as unknown) : text,
  ]);
  return { ...object, metadata: { ...metadata, annotations: Object.fromEntries(annotations) } };
}

/** In which order the metrics stood, v1 does not keep. */
function sortedMetrics(spec: unknown): unknown {
  const { metrics, ...others } = spec as { metrics?: readonly unknown[] };
  return { ...others, metrics: metrics?.map((metric) => JSON.stringify(metric, sortMembers)).sort() };
}

function sortMembers(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('an object of extensions/v1beta1', () => {
  it('has in apps/v1 annotations in place of the fields that went', () => {
    const of = (kind: string, spec: object) =>
      convertObject(
        { apiVersion: 'extensions/v1beta1', kind, metadata: { name: 'a', annotations: { x: 'y' } }, spec },
        { kind, from: 'extensions/v1beta1', to: 'apps/v1' },
      );
    expect(of('DaemonSet', { templateGeneration: 3, template: {} })).toEqual({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'a', annotations: { x: 'y', 'deprecated.daemonset.template.generation': '3' } },
      spec: { template: {} },
    });
    expect(of('Deployment', { rollbackTo: { revision: 2 }, replicas: 1 })).toMatchObject({
      metadata: { annotations: { 'deprecated.deployment.rollback.revision': '2' } },
      spec: { replicas: 1 },
    });
    expect(of('Deployment', { replicas: 1 })).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'a', annotations: { x: 'y' } },
      spec: { replicas: 1 },
    });
  });

  it('has in networking.k8s.io/v1 the fields of today', () => {
    const backend = { serviceName: 's', servicePort: 80 };
    const ingress = { kind: 'Ingress', metadata: { name: 'a' }, spec: { backend } };
    expect(
      convertObject(ingress, { kind: 'Ingress', from: 'extensions/v1beta1', to: 'networking.k8s.io/v1' }),
    ).toMatchObject({
      apiVersion: 'networking.k8s.io/v1',
      spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } } },
    });
  });
});

describe('a CustomResourceDefinition of v1beta1', () => {
  const conversion = {
    kind: 'CustomResourceDefinition',
    from: 'apiextensions.k8s.io/v1beta1',
    to: 'apiextensions.k8s.io/v1',
  };
  const names = { plural: 'gears', kind: 'Gear' };
  const column = { name: 'Teeth', type: 'integer' };

  it('has in v1 for each version what all had in common', () => {
    const spec = {
      group: 'a.example',
      version: 'v1',
      names,
      scope: 'Namespaced',
      validation: { openAPIV3Schema: { type: 'object' } },
      subresources: { status: {} },
      additionalPrinterColumns: [{ ...column, JSONPath: '.spec.teeth' }],
      versions: [
        { name: 'v1', served: true, storage: true },
        { name: 'v2', served: true, storage: false, additionalPrinterColumns: [{ ...column, JSONPath: '.teeth' }] },
      ],
      conversion: {
        strategy: 'Webhook',
        webhookClientConfig: { url: 'https://a' },
        conversionReviewVersions: ['v1beta1'],
      },
      preserveUnknownFields: false,
    };
    const common = { schema: spec.validation, subresources: spec.subresources };
    expect(convertObject({ metadata: { name: 'gears.a.example' }, spec }, conversion)).toEqual({
      apiVersion: 'apiextensions.k8s.io/v1',
      metadata: { name: 'gears.a.example' },
      spec: {
        group: 'a.example',
        names,
        scope: 'Namespaced',
        preserveUnknownFields: false,
        conversion: {
          strategy: 'Webhook',
          webhook: { clientConfig: { url: 'https://a' }, conversionReviewVersions: ['v1beta1'] },
        },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            ...common,
            additionalPrinterColumns: [{ ...column, jsonPath: '.spec.teeth' }],
          },
          {
            name: 'v2',
            served: true,
            storage: false,
            ...common,
            additionalPrinterColumns: [{ ...column, jsonPath: '.teeth' }],
          },
        ],
      },
    });
  });

  it('has in v1 the one version that it had by its field', () => {
    const { spec } = convertObject({ spec: { group: 'a.example', version: 'v1', names } }, conversion);
    expect(spec).toEqual({
      group: 'a.example',
      names,
      preserveUnknownFields: true,
      versions: [{ name: 'v1', served: true, storage: true }],
    });
  });
});
