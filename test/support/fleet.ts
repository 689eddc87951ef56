import type { ResourceType } from '@clusterdex/storage-contract';
import { generateOddObjects } from './fleet-odd.js';
import { createPod } from './fleet-pods.js';
import { fleetTypes } from './fleet-types.js';
import type { Json, KubernetesObject, ObjectMetadata } from './kubernetes-object.js';
import { createRandom, type Random } from './random.js';

export interface FleetOptions {
  readonly seed: number;
  /** Names of the clusters; one after the other is generated. */
  readonly clusters?: readonly string[];
  /** Pods over all clusters together, shared out evenly; everything else follows from them. */
  readonly pods?: number;
  /** Namespaces of each cluster, at most 11. */
  readonly namespaces?: number;
  /** Gives each pod the label `acme.example/bucket`, so that each of its values selects this many pods of the fleet. */
  readonly bucketSize?: number;
  /** Also odd names and values: see fleet-odd.ts. */
  readonly odd?: boolean;
}

export interface FleetObject {
  readonly cluster: string;
  readonly type: ResourceType;
  readonly object: KubernetesObject;
}

export const bucketLabel = 'acme.example/bucket';

const namespaceNames = [
  'shop',
  'payments',
  'platform',
  'search',
  'ml',
  'edge',
  'data',
  'payments-eu',
  'kube-system',
  'default',
  'a',
];
const applicationNames = [
  'checkout',
  'cart',
  'catalog',
  'payments',
  'payments-api',
  'payments-worker',
  'ledger',
  'fraud',
  'search-api',
  'search-indexer',
  'gateway',
  'auth',
  'sessions',
  'mailer',
  'notifications',
  'model-server',
  'feature-store',
  'etl',
  'reporting',
  'rates',
];
const teams = ['shop', 'money', 'platform', 'search', 'edge', 'data'];
const tiers = ['frontend', 'backend', 'batch'];
const zones = ['a', 'b', 'c'];
/** No object is younger than this; the bench and the tests never depend on the day on which they run. */
const newest = Date.UTC(2026, 10, 1);
const dayLength = 86_400_000;

/**
 * Yields a fleet, object after object, holding none: a hundred thousand pods need no more memory than one. Every pod has a controller:
 * a ReplicaSet of a Deployment or of a Rollout, or a StatefulSet. Owners come before what they own. One pod in three has the same
 * name in every cluster. The same options give the same fleet.
 */
export function* generateFleet(options: FleetOptions): Generator<FleetObject> {
  const clusters = options.clusters ?? ['prod-eu', 'prod-us', 'staging'];
  const pods = options.pods ?? 300;
  const state: FleetState = {
    podsSoFar: 0,
    options,
    buckets: Math.max(1, Math.floor(pods / (options.bucketSize ?? 10))),
  };
  for (const [index, cluster] of clusters.entries()) {
    const share = Math.floor(pods / clusters.length) + (index < pods % clusters.length ? 1 : 0);
    for (const item of generateCluster(state, {
      cluster,
      pods: share,
      random: createRandom(options.seed + index * 7919),
    })) {
      yield { cluster, type: item.type, object: item.object };
    }
  }
}

interface FleetState {
  podsSoFar: number;
  readonly buckets: number;
  readonly options: FleetOptions;
}

interface ClusterState {
  readonly random: Random;
  revision: number;
}

interface Item {
  readonly type: ResourceType;
  readonly object: KubernetesObject;
}

function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('.000Z', 'Z');
}

function createMetadata(
  cluster: ClusterState,
  identity: { name: string; namespace?: string | undefined; labels?: Record<string, string>; owner?: KubernetesObject },
): ObjectMetadata {
  const { random } = cluster;
  cluster.revision += 1 + random.integer(40);
  // Whole minutes of a year: many objects share one, as they do when a release is rolled out.
  const age = random.integer(365) * dayLength + random.integer(24) * 3_600_000 + random.integer(60) * 60_000;
  const { name, namespace, labels, owner } = identity;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    uid: random.uuid(),
    resourceVersion: String(cluster.revision),
    generation: 1 + random.integer(9),
    creationTimestamp: timestamp(newest - age),
    ...(labels === undefined ? {} : { labels }),
    ...(owner === undefined
      ? {}
      : {
          ownerReferences: [
            {
              apiVersion: owner.apiVersion,
              blockOwnerDeletion: true,
              controller: true,
              kind: owner.kind,
              name: owner.metadata.name,
              uid: owner.metadata.uid ?? '',
            },
          ],
        }),
  };
}

function item(type: ResourceType, metadata: ObjectMetadata, body: { readonly [member: string]: Json }): Item {
  const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
  return { type, object: { apiVersion, kind: type.kind, metadata, ...body } };
}

function* generateCluster(
  fleet: FleetState,
  options: { readonly cluster: string; readonly pods: number; readonly random: Random },
): Generator<Item> {
  const { random } = options;
  const cluster: ClusterState = { random, revision: 1000 + random.integer(100_000) };
  const namespaces = namespaceNames.slice(0, fleet.options.namespaces ?? 8);
  for (const name of namespaces) {
    const labels = { 'kubernetes.io/metadata.name': name, team: random.pick(teams) };
    yield item(fleetTypes.namespaces, createMetadata(cluster, { name, labels }), { status: { phase: 'Active' } });
  }
  const nodes = Array.from(
    { length: 3 + Math.ceil(options.pods / 2000) },
    (_, index) => `${options.cluster}-node-${index + 1}`,
  );
  for (const name of nodes) yield createNode(cluster, name);
  if (fleet.options.odd === true) {
    const metadata = (name: string, namespace?: string): ObjectMetadata =>
      createMetadata(cluster, { name, namespace, labels: { team: random.pick(teams) } });
    yield* generateOddObjects(random, { namespaces, metadata });
  }
  let left = options.pods;
  for (let number = 0; left > 0; number += 1) {
    const application = applicationNames[number % applicationNames.length] ?? '';
    const round = Math.floor(number / applicationNames.length);
    const replicas = Math.min(left, 1 + random.integer(10));
    left -= replicas;
    yield* generateApplication(fleet, cluster, {
      name: round === 0 ? application : `${application}-${round + 1}`,
      // The same application lives in the same namespace of every cluster, so that namespace and name coincide.
      namespace: namespaces[(number * 7 + round) % namespaces.length] ?? 'default',
      replicas,
      nodes,
    });
  }
}

function createNode(cluster: ClusterState, name: string): Item {
  const { random } = cluster;
  const zone = random.pick(zones);
  const labels = {
    'kubernetes.io/arch': random.pick(['amd64', 'amd64', 'arm64']),
    'kubernetes.io/hostname': name,
    'topology.kubernetes.io/zone': zone,
  };
  const ready = random.chance(0.9) ? 'True' : 'Unknown';
  return item(fleetTypes.nodes, createMetadata(cluster, { name, labels }), {
    spec: { podCIDR: `10.${random.integer(250)}.0.0/24`, ...(random.chance(0.2) ? { unschedulable: true } : {}) },
    status: {
      addresses: [{ address: `10.0.0.${random.integer(250)}`, type: 'InternalIP' }],
      capacity: {
        cpu: random.pick(['8', '16', '15500m']),
        memory: random.pick(['32Gi', '64Gi', '65843200Ki']),
        pods: '110',
      },
      conditions: [
        { status: ready, type: 'Ready', lastTransitionTime: timestamp(newest), reason: 'Kubelet', message: '' },
      ],
      nodeInfo: { architecture: labels['kubernetes.io/arch'], kubeletVersion: random.pick(['v1.35.4', 'v1.36.2']) },
    },
  });
}

function* generateApplication(
  fleet: FleetState,
  cluster: ClusterState,
  application: {
    readonly name: string;
    readonly namespace: string;
    readonly replicas: number;
    readonly nodes: readonly string[];
  },
): Generator<Item> {
  const { random } = cluster;
  const { name, namespace, replicas } = application;
  const version = `v${1 + random.integer(3)}.${random.integer(20)}.${random.integer(10)}`;
  const labels: Record<string, string> = {
    app: name,
    'app.kubernetes.io/version': version,
    team: random.pick(teams),
    tier: random.pick(tiers),
  };
  const named = (suffix = ''): { name: string; namespace: string; labels: Record<string, string> } => ({
    name: `${name}${suffix}`,
    namespace,
    labels,
  });
  const selector = { matchLabels: { app: name } };
  yield item(fleetTypes.configmaps, createMetadata(cluster, named('-config')), {
    data: {
      'app.yaml': `shards: ${1 + random.integer(16)}\nregion: eu\n`,
      EMPTY: '',
      motto: random.pick(['plain', 'Ärger', '日本']),
    },
    ...(random.chance(0.2) ? { immutable: true } : {}),
  });
  yield item(fleetTypes.secrets, createMetadata(cluster, named('-credentials')), {
    data: { password: 'bm90IHJlYWw=' },
    type: 'Opaque',
  });
  yield item(fleetTypes.services, createMetadata(cluster, named()), {
    spec: {
      clusterIP: `10.96.${random.integer(250)}.${random.integer(250)}`,
      ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: random.chance(0.5) ? 'http' : 8080 }],
      selector: { app: name },
      type: random.pick(['ClusterIP', 'ClusterIP', 'NodePort', 'LoadBalancer']),
    },
    status: { loadBalancer: {} },
  });
  const kind = random.pick(['deployments', 'deployments', 'deployments', 'statefulsets', 'rollouts'] as const);
  const replicasOf = { availableReplicas: replicas, observedGeneration: 1, readyReplicas: replicas, replicas };
  const root = item(fleetTypes[kind], createMetadata(cluster, named()), {
    spec: {
      paused: random.chance(0.1),
      replicas,
      selector,
      template: { metadata: { labels }, spec: { containers: [] } },
    },
    status: { ...replicasOf, weight: random.pick([0, 12.5, 50, 99.9, 100]) },
  });
  yield root;
  let controller = root.object;
  let podLabels = labels;
  // The hash depends on the application alone for one in three, so that its pods are called the same in every cluster.
  const nameSource =
    application.name.length % 3 === 0 ? createRandom(application.name.length * 31 + name.charCodeAt(0)) : random;
  const hash = nameSource.hex(10);
  if (kind !== 'statefulsets') {
    podLabels = { ...labels, 'pod-template-hash': hash };
    const metadata = createMetadata(cluster, {
      name: `${name}-${hash}`,
      namespace,
      labels: podLabels,
      owner: root.object,
    });
    const set = item(fleetTypes.replicasets, metadata, { spec: { replicas, selector }, status: replicasOf });
    yield set;
    controller = set.object;
  }
  for (let ordinal = 0; ordinal < replicas; ordinal += 1) {
    const bucket = `b${fleet.podsSoFar % fleet.buckets}`;
    fleet.podsSoFar += 1;
    const metadata = createMetadata(cluster, {
      name: kind === 'statefulsets' ? `${name}-${ordinal}` : `${name}-${hash}-${nameSource.hex(5)}`,
      namespace,
      labels: {
        ...podLabels,
        'topology.kubernetes.io/zone': random.pick(zones),
        ...(fleet.options.bucketSize === undefined ? {} : { [bucketLabel]: bucket }),
      },
      owner: controller,
    });
    const started = metadata.creationTimestamp ?? '';
    const annotations = {
      'checksum/config': random.hex(64),
      'prometheus.io/port': '9090',
      'prometheus.io/scrape': 'true',
      'sidecar.mesh.example/status': '{"initContainers":[],"containers":["mesh-proxy"]}',
    };
    const pod = createPod(random, {
      metadata: { ...metadata, annotations },
      application: name,
      version,
      node: random.pick(application.nodes),
      started,
    });
    yield { type: fleetTypes.pods, object: pod };
    if (random.chance(0.05)) yield createEvent(cluster, pod);
  }
}

function createEvent(cluster: ClusterState, pod: KubernetesObject): Item {
  const { random } = cluster;
  const { name, namespace, uid = '' } = pod.metadata;
  return item(fleetTypes.events, createMetadata(cluster, { name: `${name}.${random.hex(16)}`, namespace }), {
    count: 1 + random.integer(200),
    eventTime: null,
    firstTimestamp: timestamp(newest - dayLength),
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace: namespace ?? '', uid },
    lastTimestamp: timestamp(newest - random.integer(1000) * 60_000),
    message: random.pick([
      'Back-off restarting failed container',
      'Readiness probe failed: HTTP probe failed with statuscode: 503',
    ]),
    reason: random.pick(['BackOff', 'Unhealthy']),
    reportingComponent: 'kubelet',
    source: { component: 'kubelet', host: 'node' },
    type: 'Warning',
  });
}
