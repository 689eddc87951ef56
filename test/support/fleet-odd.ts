import { fleetTypes } from './fleet-types.js';
import type { Json, KubernetesObject, ObjectMetadata } from './kubernetes-object.js';
import type { Random } from './random.js';

/** Values that storages have been seen to confuse: null and absent, booleans and text, numbers and their text, letters of any script. */
export const oddValues: readonly Json[] = [
  null,
  true,
  false,
  'true',
  'null',
  '',
  0,
  -1,
  1,
  '1',
  1.5,
  '1.5',
  0.1,
  1e3,
  1e-7,
  -0.25,
  42,
  '042',
  4294967296,
  '500m',
  '0.5',
  '2Gi',
  '2147483648',
  '1e3',
  '2026-03-01T00:00:00Z',
  '2026-03-01T01:00:00+01:00',
  '2026-03-01T00:00:00.5Z',
  'Ärger',
  'ärger',
  '日本',
  '😀',
  '\uff5e',
  'a',
  'A',
  'a_b',
  'a%b',
  'aXb',
  'a-b',
  "it's",
  'tab\there',
  'quote"quote',
  {},
  [],
  { b: 1, a: null },
  ['x', null, 2],
];

const oddNames = [
  'a',
  '0',
  'a-b',
  'a.b',
  'ab',
  'payments',
  'payments-api',
  'payments-api-v2',
  'xn--rger-koa',
  `${'long-'.repeat(50)}end`,
] as const;

const roleNames = [
  'system:node_proxier',
  'system:nodeXproxier',
  'System:Node',
  'system:node',
  'ADMIN',
  'admin',
  'acme:Team_A:read',
  'acme:team-a:read',
] as const;

function oddFields(random: Random): { readonly [key: string]: Json } {
  const fields: { [key: string]: Json } = {};
  for (const key of ['value', 'other', 'size', 'flag', 'when', 'acme.example/dotted']) {
    if (random.chance(0.8)) fields[key] = random.pick(oddValues);
  }
  return fields;
}

/** Objects with unusual names and values, each name at most once for a cluster and namespace. */
export function* generateOddObjects(
  random: Random,
  options: { readonly namespaces: readonly string[]; metadata(name: string, namespace?: string): ObjectMetadata },
): Generator<{ readonly type: (typeof fleetTypes)['oddities' | 'clusterroles']; readonly object: KubernetesObject }> {
  for (const name of roleNames) {
    const object: KubernetesObject = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: options.metadata(name),
      rules: [{ apiGroups: [''], resources: ['pods', 'pods/log'], verbs: random.some(['get', 'list', 'watch'], 1, 3) }],
    };
    yield { type: fleetTypes.clusterroles, object };
  }
  for (const namespace of options.namespaces) {
    for (const name of oddNames) {
      if (random.chance(0.3)) continue;
      const object: KubernetesObject = {
        apiVersion: 'odd.acme.example/v1alpha1',
        kind: 'Oddity',
        metadata: oddMetadata(random, options.metadata(name, namespace)),
        spec: {
          ...oddFields(random),
          list: Array.from({ length: random.integer(4) }, () =>
            random.chance(0.2)
              ? random.pick(oddValues)
              : { ...oddFields(random), nested: random.some([{ port: 80 }, { port: 443 }, { port: null }, {}], 0, 3) },
          ),
        },
      };
      yield { type: fleetTypes.oddities, object };
    }
  }
}

function oddMetadata(random: Random, metadata: ObjectMetadata): ObjectMetadata {
  const changed: { -readonly [Key in keyof ObjectMetadata]: ObjectMetadata[Key] } = { ...metadata };
  if (random.chance(0.1)) delete changed.creationTimestamp;
  if (random.chance(0.1)) delete changed.resourceVersion;
  if (random.chance(0.1)) delete changed.labels;
  if (random.chance(0.05)) delete changed.uid;
  if (random.chance(0.3))
    changed.labels = { ...changed.labels, 'acme.example/empty': '', Case: random.pick(['Yes', 'yes']) };
  if (random.chance(0.3)) {
    changed.annotations = {
      'acme.example/note': random.pick(['', 'Ärger mit 日本 😀', 'line\nbreak', 'quote \' and " and \\']),
      'kubectl.kubernetes.io/last-applied-configuration': '{"kind":"Oddity"}\n',
    };
  }
  if (random.chance(0.3)) {
    changed.managedFields = [{ apiVersion: 'v1', manager: 'kubectl', operation: 'Apply', fieldsV1: { 'f:spec': {} } }];
  }
  return changed;
}
