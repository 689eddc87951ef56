import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterInventory } from '@clusterdex/storage-contract';
import type { ClusterDeclaration } from '../cluster/cluster-declaration.js';
import {
  type ClusterSyncResources,
  clusterApiVersion,
  type PediaCluster,
  type SecretKey,
} from '../cluster/pedia-cluster.js';
import { validateClusterSyncResources, validatePediaCluster } from '../cluster/validate-declaration.js';
import type { ClusterConnection } from '../connection/cluster-connection.js';
import { ConnectionError } from '../connection/connection-error.js';
import { followObjects } from '../connection/follow-objects.js';
import type { SyncLogger } from '../resource-sync/resource-sync.js';
import type { ClusterSource, Declare } from './cluster-source.js';
import { toClusterStatus } from './cluster-status.js';
import { declareCluster, declareInvalid } from './declare-cluster.js';

export interface HostClusterSourceOptions {
  readonly connection: ClusterConnection;
  /** Where the Secrets of credentials are. */
  readonly namespace: string;
  /** Clusters of other managers are left alone; '' for the one without a name. */
  readonly shardingName: string;
  readonly logger: SyncLogger;
  /** Only tells of the PediaClusters, whoever manages them. */
  readonly readOnly?: boolean;
}

/** Of Clusterpedia: whoever deletes a PediaCluster waits until nothing is stored of it. */
export const clusterFinalizer = 'clusterpedia.io/cluster-synchro-controller';

const clustersPath = `/apis/${clusterApiVersion}/pediaclusters`;
const mergePatch = { 'content-type': 'application/merge-patch+json' };
/** Counts and lags change all the time; a host cluster is told of them now and then. */
const countsEvery = 60_000;
const settle = 100;

type Fields = Readonly<Record<string, unknown>>;

/** PediaClusters of a host cluster: watched, their status written, their deletion held up until nothing is stored of them. */
export function createHostClusterSource(options: HostClusterSourceOptions): ClusterSource {
  return new HostClusterSource(options);
}

class HostClusterSource implements ClusterSource {
  readonly name: string;
  private clusters: ReadonlyMap<string, Fields> | undefined;
  private references: ReadonlyMap<string, ClusterSyncResources> = new Map();
  private secrets: ReadonlyMap<string, Fields> | undefined;
  private followingSecrets: Promise<void> | undefined;
  private readonly reported = new Map<
    string,
    { readonly text: string; readonly counts: string; readonly at: number }
  >();
  private readonly writing = new Map<string, Promise<void>>();
  private wake: (() => void) | undefined;
  private signal: AbortSignal = new AbortController().signal;

  constructor(private readonly options: HostClusterSourceOptions) {
    this.name = `host cluster ${options.connection.server}`;
  }

  owns({ cluster, synchro }: ClusterInventory): boolean {
    if (synchro?.declaredBy !== this.declaredBy(cluster)) return false;
    const object = this.clusters?.get(cluster);
    // One that another manager took over keeps what is stored of it.
    return this.clusters !== undefined && (object === undefined || isDeleted(object));
  }

  async follow(declare: Declare, signal: AbortSignal): Promise<void> {
    this.signal = signal;
    const { connection, logger } = this.options;
    let changes = new AbortController();
    this.wake = () => changes.abort();
    const onError = (error: unknown) =>
      logger.warn({ err: error, host: connection.server }, 'cannot follow what a host cluster declares; trying again');
    const followed = [
      followObjects(
        connection,
        {
          path: clustersPath,
          keep: (object) => object,
          onChange: (objects) => {
            this.clusters = objects;
            this.wake?.();
          },
          onError,
        },
        signal,
      ),
      followObjects(
        connection,
        {
          path: `/apis/${clusterApiVersion}/clustersyncresources`,
          keep: (object) => object,
          onChange: (objects) => {
            this.references = readReferences(objects, logger);
            this.wake?.();
          },
          onError,
        },
        signal,
      ),
    ];
    while (!signal.aborted) {
      if (this.clusters !== undefined) {
        const declarations = await this.declarations(this.clusters);
        if (declarations !== undefined) declare(declarations, this.deleted(this.clusters));
      }
      await delay(60_000, undefined, { signal: AbortSignal.any([signal, changes.signal]) }).catch(() => {});
      await delay(settle, undefined, { signal }).catch(() => {});
      changes = new AbortController();
    }
    await Promise.all([...followed, this.followingSecrets]);
    await Promise.all(this.writing.values());
  }

  report(inventory: ClusterInventory): void {
    const { cluster, updatedAt } = inventory;
    if (this.writing.has(cluster) || this.clusters?.has(cluster) !== true) return;
    const status = toClusterStatus(inventory, this.options.shardingName);
    const counts = JSON.stringify(status);
    const text = JSON.stringify(status, (name, value: unknown) =>
      name === 'objects' || name === 'lagSeconds' ? undefined : value,
    );
    const before = this.reported.get(cluster);
    const isDue =
      before === undefined || before.text !== text || (before.counts !== counts && updatedAt - before.at > countsEvery);
    if (!isDue) return;
    const written = this.patch(`${clustersPath}/${cluster}/status`, { status })
      .then(() => {
        this.reported.set(cluster, { text, counts, at: updatedAt });
      })
      .catch((error: unknown) => {
        this.options.logger.warn({ err: error, cluster }, 'cannot write the status of a PediaCluster; trying again');
      })
      .finally(() => this.writing.delete(cluster));
    this.writing.set(cluster, written);
  }

  async removed(name: string): Promise<void> {
    this.reported.delete(name);
    const object = this.clusters?.get(name);
    if (object === undefined) return;
    const finalizers = finalizersOf(object).filter((finalizer) => finalizer !== clusterFinalizer);
    await this.patchFinalizers(object, finalizers);
  }

  private async declarations(objects: ReadonlyMap<string, Fields>): Promise<readonly ClusterDeclaration[] | undefined> {
    const declared: ClusterDeclaration[] = [];
    for (const [name, object] of [...objects]) {
      if (this.options.readOnly === true) {
        if (!isDeleted(object)) declared.push(await this.declare(name, object));
        continue;
      }
      if (!this.isMine(object)) {
        await this.release(name, object);
        continue;
      }
      if (isDeleted(object)) continue;
      if (!finalizersOf(object).includes(clusterFinalizer)) await this.hold(name, object);
      if (this.signal.aborted) return undefined;
      declared.push(await this.declare(name, object));
    }
    return declared;
  }

  private deleted(objects: ReadonlyMap<string, Fields>): readonly string[] {
    const ours = [...objects].filter(
      ([, object]) => isDeleted(object) && this.isMine(object) && finalizersOf(object).includes(clusterFinalizer),
    );
    return ours.map(([name]) => name);
  }

  private async declare(name: string, object: Fields): Promise<ClusterDeclaration> {
    const declaredBy = this.declaredBy(name);
    const { value, violations } = validatePediaCluster({
      apiVersion: clusterApiVersion,
      kind: 'PediaCluster',
      ...object,
    });
    if (value === undefined) return declareInvalid(name, declaredBy, violations);
    if (value.spec.authenticationFrom !== undefined) await this.needSecrets();
    return declareCluster(value, {
      declaredBy,
      trusted: false,
      readSecret: (key) => Promise.resolve(this.readSecret(key)),
      findSyncResources: (reference) => this.references.get(reference),
    });
  }

  /** Ours when its spec says so and nobody else has it, or while it is ours and being deleted. */
  private isMine(object: Fields): boolean {
    const { shardingName } = this.options;
    const { spec, status } = object as Partial<Pick<PediaCluster, 'spec' | 'status'>>;
    const wanted = spec?.shardingName ?? '';
    const owner = status?.shardingName;
    return wanted === shardingName && (owner === undefined || owner === null || owner === shardingName);
  }

  /** Its spec gave it to another manager, who waits until nobody has it. */
  private async release(name: string, object: Fields): Promise<void> {
    const { status } = object as Partial<Pick<PediaCluster, 'status'>>;
    if (status?.shardingName !== this.options.shardingName) return;
    await this.writing.get(name);
    await this.patch(`${clustersPath}/${name}/status`, { status: { shardingName: null } }).catch((error: unknown) => {
      this.options.logger.warn({ err: error, cluster: name }, 'cannot hand a PediaCluster over; trying again');
    });
  }

  private async hold(name: string, object: Fields): Promise<void> {
    await this.patchFinalizers(object, [...finalizersOf(object), clusterFinalizer]).catch((error: unknown) => {
      if (error instanceof ConnectionError && (error.status === 409 || error.status === 404)) return;
      this.options.logger.warn(
        { err: error, cluster: name },
        'cannot put the finalizer on a PediaCluster; trying again',
      );
    });
  }

  private async needSecrets(): Promise<void> {
    if (this.followingSecrets !== undefined) return;
    const { connection, namespace, logger } = this.options;
    const read = new Promise<void>((resolve) => {
      this.followingSecrets = followObjects(
        connection,
        {
          path: `/api/v1/namespaces/${namespace}/secrets`,
          keep: ({ data }) => (data ?? {}) as Fields,
          onChange: (objects) => {
            this.secrets = objects;
            resolve();
            this.wake?.();
          },
          onError: (error) => {
            logger.warn({ err: error, namespace }, 'cannot read the Secrets of credentials; trying again');
            resolve();
          },
        },
        this.signal,
      );
    });
    await Promise.race([read, delay(10_000, undefined, { signal: this.signal, ref: false }).catch(() => {})]);
  }

  private readSecret({ name, key }: SecretKey): Uint8Array | undefined {
    const value = this.secrets?.get(`${this.options.namespace}/${name}`)?.[key];
    return typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
  }

  private async patchFinalizers(object: Fields, finalizers: readonly string[]): Promise<void> {
    const { name, resourceVersion } = object.metadata as { name: string; resourceVersion: string };
    await this.patch(`${clustersPath}/${name}`, { metadata: { resourceVersion, finalizers } });
  }

  private async patch(path: string, body: object): Promise<void> {
    const { connection } = this.options;
    await connection.getJson(path, {
      method: 'PATCH',
      headers: mergePatch,
      body: JSON.stringify(body),
      timeout: 10_000,
    });
  }

  private declaredBy(name: string): string {
    return `PediaCluster ${name} of ${this.options.connection.server}`;
  }
}

function readReferences(
  objects: ReadonlyMap<string, Fields>,
  logger: SyncLogger,
): ReadonlyMap<string, ClusterSyncResources> {
  const references = new Map<string, ClusterSyncResources>();
  for (const [name, object] of objects) {
    const { value, violations } = validateClusterSyncResources({
      apiVersion: clusterApiVersion,
      kind: 'ClusterSyncResources',
      ...object,
    });
    if (value !== undefined) references.set(name, value);
    else logger.error({ name, violations }, 'a ClusterSyncResources is broken');
  }
  return references;
}

function isDeleted(object: Fields): boolean {
  return (object.metadata as { deletionTimestamp?: unknown }).deletionTimestamp !== undefined;
}

function finalizersOf(object: Fields): readonly string[] {
  return (object.metadata as { finalizers?: readonly string[] }).finalizers ?? [];
}
