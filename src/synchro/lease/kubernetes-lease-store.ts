import type { ClusterConnection } from '../connection/cluster-connection.js';
import { ConnectionError } from '../connection/connection-error.js';
import type { LeaseRecord, LeaseStore } from './lease-store.js';

export interface KubernetesLeaseOptions {
  readonly connection: ClusterConnection;
  readonly namespace: string;
  readonly name: string;
}

interface Lease {
  readonly apiVersion: 'coordination.k8s.io/v1';
  readonly kind: 'Lease';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

/** A Lease has no place of its own for it. */
const urlAnnotation = 'clusterdex.io/advertise-url';

/** A Lease of coordination.k8s.io, as Kubernetes' own controllers have it; who writes with an old resourceVersion is refused. */
export function createKubernetesLeaseStore({ connection, namespace, name }: KubernetesLeaseOptions): LeaseStore {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;

  async function send(
    method: 'POST' | 'PUT',
    record: LeaseRecord,
    signal: AbortSignal,
  ): Promise<LeaseRecord | undefined> {
    const lease: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name,
        namespace,
        ...(record.version === '' ? {} : { resourceVersion: record.version }),
        ...(record.url === undefined ? {} : { annotations: { [urlAnnotation]: record.url } }),
      },
      spec: {
        holderIdentity: record.holder,
        leaseDurationSeconds: Math.max(1, Math.round(record.durationSeconds)),
        acquireTime: microTime(record.acquiredAt),
        renewTime: microTime(record.renewedAt),
        leaseTransitions: record.transitions,
      },
    };
    try {
      const target = method === 'POST' ? path : `${path}/${name}`;
      return readLease(await connection.getJson(target, { method, body: JSON.stringify(lease), signal }));
    } catch (error) {
      if (error instanceof ConnectionError && error.status === 409) return undefined;
      throw error;
    }
  }

  return {
    name: `Lease ${namespace}/${name}`,
    async read(signal) {
      try {
        return readLease(await connection.getJson(`${path}/${name}`, { signal }));
      } catch (error) {
        if (error instanceof ConnectionError && error.status === 404) return undefined;
        throw error;
      }
    },
    acquire(previous, { holder, durationSeconds, url }, signal) {
      const now = Date.now();
      const transitions = previous === undefined ? 0 : previous.transitions + (previous.holder === holder ? 0 : 1);
      const record = {
        holder,
        ...(url === undefined ? {} : { url }),
        durationSeconds,
        acquiredAt: now,
        renewedAt: now,
        transitions,
        version: previous?.version ?? '',
      };
      return send(previous === undefined ? 'POST' : 'PUT', record, signal);
    },
    renew: (held, signal) => send('PUT', { ...held, renewedAt: Date.now() }, signal),
    async release({ url: _url, ...held }, signal) {
      await send('PUT', { ...held, holder: '', durationSeconds: 1, renewedAt: Date.now() }, signal);
    },
  };
}

function readLease(answer: unknown): LeaseRecord {
  const { metadata, spec = {} } = answer as Lease;
  const url = metadata.annotations?.[urlAnnotation];
  return {
    holder: spec.holderIdentity ?? '',
    ...(url === undefined ? {} : { url }),
    durationSeconds: spec.leaseDurationSeconds ?? 1,
    acquiredAt: Date.parse(spec.acquireTime ?? '') || 0,
    renewedAt: Date.parse(spec.renewTime ?? '') || 0,
    transitions: spec.leaseTransitions ?? 0,
    version: metadata.resourceVersion ?? '',
  };
}

function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}
