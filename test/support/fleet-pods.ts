import type { Json, KubernetesObject, ObjectMetadata } from './kubernetes-object.js';
import type { Random } from './random.js';

export interface PodShape {
  readonly metadata: ObjectMetadata;
  readonly application: string;
  readonly version: string;
  readonly node: string;
  /** RFC 3339; when its containers started. */
  readonly started: string;
}

const waitingReasons = ['CrashLoopBackOff', 'ImagePullBackOff', 'CreateContainerConfigError'] as const;
const memorySizes = ['128Mi', '256Mi', '512Mi', '1Gi', '1.5Gi', '4Gi'] as const;
const processorShares = ['50m', '100m', '250m', '500m', '1', '2'] as const;

function probe(path: string, period: number): Json {
  return {
    failureThreshold: 3,
    httpGet: { path, port: 'http', scheme: 'HTTP' },
    periodSeconds: period,
    successThreshold: 1,
    timeoutSeconds: 1,
  };
}

function fieldEnvironment(name: string, fieldPath: string): Json {
  return { name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } };
}

const tokenMount: Json = {
  mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
  name: 'kube-api-access',
  readOnly: true,
};

function mainContainer(random: Random, shape: PodShape): Json {
  const memory = random.pick(memorySizes);
  return {
    args: [`--listen=:8080`, `--log-format=json`, `--shards=${1 + random.integer(16)}`],
    env: [
      { name: 'LOG_LEVEL', value: random.pick(['info', 'debug', 'warn']) },
      { name: 'REGION', value: random.pick(['eu', 'us', 'ap']) },
      {
        name: 'DATABASE_PASSWORD',
        valueFrom: { secretKeyRef: { key: 'password', name: `${shape.application}-credentials` } },
      },
      fieldEnvironment('POD_NAME', 'metadata.name'),
      fieldEnvironment('POD_IP', 'status.podIP'),
    ],
    envFrom: [{ configMapRef: { name: `${shape.application}-config` } }],
    image: `registry.acme.example/${shape.application}:${shape.version}`,
    imagePullPolicy: 'IfNotPresent',
    livenessProbe: probe('/healthz', 20),
    name: shape.application,
    ports: [
      { containerPort: 8080, name: 'http', protocol: 'TCP' },
      { containerPort: 9090, name: 'metrics', protocol: 'TCP' },
    ],
    readinessProbe: probe('/readyz', 10),
    resources: { limits: { memory }, requests: { cpu: random.pick(processorShares), memory } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    volumeMounts: [{ mountPath: '/etc/app', name: 'config' }, tokenMount],
  };
}

const sidecar: Json = {
  image: 'registry.acme.example/mesh-proxy:v2.3.1',
  imagePullPolicy: 'IfNotPresent',
  name: 'mesh-proxy',
  ports: [{ containerPort: 15090, name: 'http-envoy-prom', protocol: 'TCP' }],
  resources: { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '10m', memory: '40Mi' } },
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  volumeMounts: [tokenMount],
};

function containerStatus(random: Random, name: string, options: { shape: PodShape; waiting?: string }): Json {
  const { shape, waiting } = options;
  const image = `registry.acme.example/${name}:${name === 'mesh-proxy' ? 'v2.3.1' : shape.version}`;
  const restarts = waiting === undefined ? (random.chance(0.9) ? 0 : 1 + random.integer(3)) : 4 + random.integer(60);
  return {
    containerID: `containerd://${random.hex(64)}`,
    image,
    imageID: `${image}@sha256:${random.hex(64)}`,
    lastState: {},
    name,
    ready: waiting === undefined,
    restartCount: restarts,
    started: waiting === undefined,
    state:
      waiting === undefined
        ? { running: { startedAt: shape.started } }
        : { waiting: { message: `back-off 5m0s restarting failed container=${name}`, reason: waiting } },
  };
}

function condition(type: string, status: boolean, time: string): Json {
  return { lastProbeTime: null, lastTransitionTime: time, status: status ? 'True' : 'False', type };
}

/** A pod of about 5 KB, as the API server of a cluster with a mesh and a default service account gives it. */
export function createPod(random: Random, shape: PodShape): KubernetesObject {
  const waiting = random.chance(0.06) ? random.pick(waitingReasons) : undefined;
  const pending = waiting === undefined && random.chance(0.03);
  const meshed = random.chance(0.6);
  const ready = waiting === undefined && !pending;
  const address = `10.${random.integer(250)}.${random.integer(250)}.${random.integer(250)}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: shape.metadata,
    spec: {
      containers: meshed ? [mainContainer(random, shape), sidecar] : [mainContainer(random, shape)],
      dnsPolicy: 'ClusterFirst',
      enableServiceLinks: true,
      ...(pending ? {} : { nodeName: shape.node }),
      preemptionPolicy: 'PreemptLowerPriority',
      priority: 0,
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      securityContext: { fsGroup: 2000, runAsNonRoot: true, runAsUser: 1000 },
      serviceAccount: 'default',
      serviceAccountName: 'default',
      terminationGracePeriodSeconds: 30,
      tolerations: ['not-ready', 'unreachable'].map((key) => ({
        effect: 'NoExecute',
        key: `node.kubernetes.io/${key}`,
        operator: 'Exists',
        tolerationSeconds: 300,
      })),
      volumes: [
        { configMap: { defaultMode: 420, name: `${shape.application}-config` }, name: 'config' },
        {
          name: 'kube-api-access',
          projected: {
            defaultMode: 420,
            sources: [
              { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
              { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
            ],
          },
        },
      ],
    },
    status: pending
      ? {
          conditions: [condition('PodScheduled', false, shape.started)],
          phase: 'Pending',
          qosClass: 'Burstable',
        }
      : {
          conditions: [
            condition('PodReadyToStartContainers', true, shape.started),
            condition('Initialized', true, shape.started),
            condition('Ready', ready, shape.started),
            condition('ContainersReady', ready, shape.started),
            condition('PodScheduled', true, shape.started),
          ],
          containerStatuses: [
            containerStatus(random, shape.application, waiting === undefined ? { shape } : { shape, waiting }),
            ...(meshed ? [containerStatus(random, 'mesh-proxy', { shape })] : []),
          ],
          hostIP: `10.0.0.${random.integer(250)}`,
          phase: 'Running',
          podIP: address,
          podIPs: [{ ip: address }],
          qosClass: 'Burstable',
          startTime: shape.started,
        },
  };
}
