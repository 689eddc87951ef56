import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiServer } from '../support/api-server.js';

interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly readOnly?: boolean;
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly Variable[];
  readonly volumeMounts?: readonly Mount[];
  readonly [member: string]: unknown;
}

interface Files {
  readonly name?: string;
  readonly secretName?: string;
  readonly defaultMode?: number;
}

interface Volume {
  readonly name: string;
  readonly secret?: Files;
  readonly configMap?: Files;
  readonly [member: string]: unknown;
}

/** What a Deployment and a Job have in common. */
export interface PodTemplate {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly serviceAccountName: string;
    readonly securityContext: { readonly fsGroup: number };
    readonly terminationGracePeriodSeconds?: number;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly Volume[];
    readonly [member: string]: unknown;
  };
}

interface PodOptions {
  readonly name: string;
  readonly namespace: string;
  readonly template: PodTemplate;
  /** Where files of Secrets, ConfigMaps and the account are written; absolute. */
  readonly folder: string;
}

/**
 * What differs in what podman 4.3 plays from what the chart says, and why. The rest of the template is passed as it is, and what a kubelet
 * adds to a pod (files of Secrets, a token of the account, where the API server is) is added as a kubelet does it.
 */
export const deviations: readonly string[] = [
  'network: the pod shares that of this machine, where the API server listens on the loopback; so there are no containerPorts',
  'probes: none, podman runs them by systemd and with a curl in the image; this script asks /livez and /readyz as a kubelet would',
  'Secrets: files in a folder of this machine with their modes and the group of the pod, as a kubelet writes them; podman 4.3 would write base64',
  'subPath: the one file is mounted by itself, because podman 4.3 mounts the whole volume there',
  'fieldRef: written as its value, because podman 4.3 does not know metadata.namespace',
  'annotations: those with more than 63 characters are left out (checksums, which nothing in a pod reads); podman 4.3 refuses them',
  'the Service leads to the loopback of this machine, because there is no kube-proxy that would lead to a pod',
  'init containers are kept when they have ended, so that one can see how they did',
  'terminationGracePeriodSeconds: passed to `podman pod stop`, because podman 4.3 does not read it',
];

/** A pod as podman plays it, of a template of the chart whose account and Secrets are on an API server. */
export async function podOf(server: ApiServer, { name, namespace, template, folder }: PodOptions): Promise<object> {
  const { spec } = template;
  const group = spec.securityContext.fsGroup;
  const account = join(folder, 'serviceaccount');
  const tokens = `/api/v1/namespaces/${namespace}/serviceaccounts/${spec.serviceAccountName}/token`;
  const { status } = await server.client.json<{ status: { token: string } }>(tokens, 'POST', { spec: {} });
  const files = { token: status.token, 'ca.crt': server.authority, namespace };
  writeVolume(account, Object.entries(files), { mode: 0o440, group });

  const volumes = await Promise.all(
    (spec.volumes ?? []).map(async (volume) => {
      const { secret, configMap } = volume;
      if (secret === undefined && configMap === undefined) return volume;
      const path = join(folder, volume.name);
      const entries = secret
        ? await contentsOf(server, `/api/v1/namespaces/${namespace}/secrets/${secret.secretName}`)
        : await contentsOf(server, `/api/v1/namespaces/${namespace}/configmaps/${configMap?.name}`);
      writeVolume(path, entries, { mode: (secret ?? configMap)?.defaultMode ?? 0o644, group });
      return { name: volume.name, hostPath: { path, type: 'Directory' } };
    }),
  );
  const single: object[] = [];
  const containerOf = ({ ports, startupProbe, livenessProbe, readinessProbe, ...container }: Container) => ({
    ...container,
    env: [
      ...(container.env ?? []).map((variable) => {
        const field = variable.valueFrom?.fieldRef?.fieldPath;
        return field === undefined ? variable : { name: variable.name, value: fieldOf(field, { name, namespace }) };
      }),
      { name: 'KUBERNETES_SERVICE_HOST', value: '127.0.0.1' },
      { name: 'KUBERNETES_SERVICE_PORT', value: String(server.port) },
    ],
    volumeMounts: [
      ...(container.volumeMounts ?? []).map(({ subPath, ...mount }) => {
        if (subPath === undefined) return mount;
        const volume = `${mount.name}-${single.length}`;
        single.push({ name: volume, hostPath: { path: join(folder, mount.name, subPath), type: 'File' } });
        return { ...mount, name: volume };
      }),
      { name: 'account', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
    ],
  });
  const containers = spec.containers.map(containerOf);
  const initContainers = (spec.initContainers ?? []).map(containerOf);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: template.metadata.labels,
      annotations: {
        ...Object.fromEntries(
          Object.entries(template.metadata.annotations ?? {}).filter(([, value]) => value.length <= 63),
        ),
        'io.podman.annotations.init.container.type': 'always',
      },
    },
    spec: {
      ...spec,
      hostNetwork: true,
      ...(initContainers.length > 0 ? { initContainers } : {}),
      containers,
      volumes: [...volumes, ...single, { name: 'account', hostPath: { path: account, type: 'Directory' } }],
    },
  };
}

/** What a container may ask of its pod, as far as the chart does. */
function fieldOf(field: string, { name, namespace }: { readonly name: string; readonly namespace: string }): string {
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': name,
    'metadata.namespace': namespace,
    'status.podIP': '127.0.0.1',
  };
  const value = fields[field];
  if (value === undefined)
    throw new Error(`fieldRef: expected one of ${Object.keys(fields).join(', ')}, found ${field}`);
  return value;
}

type Entries = readonly (readonly [string, string | Buffer])[];

async function contentsOf(server: ApiServer, path: string): Promise<Entries> {
  const { kind, data } = await server.client.json<{ kind: string; data: Readonly<Record<string, string>> }>(path);
  return Object.entries(data).map(([name, text]) => [name, kind === 'Secret' ? Buffer.from(text, 'base64') : text]);
}

function writeVolume(folder: string, entries: Entries, owner: { readonly mode: number; readonly group: number }): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of entries) {
    const file = join(folder, name);
    writeFileSync(file, content);
    // Who is not root here cannot give it to the group, so everybody may read it.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(file, 0, owner.group);
    chmodSync(file, isRoot ? owner.mode : 0o444);
  }
}
