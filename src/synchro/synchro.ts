import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import type { Capabilities, ClusterInventory, StorageFactory } from '@clusterdex/storage-contract';
import type { Registry } from 'prom-client';
import type { ClusterSource } from './declare/cluster-source.js';
import { fencedStorage } from './lease/fenced-storage.js';
import type { LeaseStore } from './lease/lease-store.js';
import { createStorageLeaseStore } from './lease/storage-lease-store.js';
import { createWriterLease, type WriterLease } from './lease/writer-lease.js';
import { type ClusterManager, createClusterManager } from './manager/cluster-manager.js';
import { registerClusterMetrics } from './manager/cluster-metrics.js';
import { createLimit } from './manager/limit.js';
import type { Pipeline } from './pipeline/pipeline.js';
import { createResourceSync } from './resource-sync/create-resource-sync.js';
import type { SyncLogger } from './resource-sync/resource-sync.js';
import { createResourceSyncMetrics } from './resource-sync/resource-sync-metrics.js';
import { createWriteBudget } from './writer/write-budget.js';

export interface SynchroOptions {
  readonly storage: StorageFactory;
  readonly capabilities: Capabilities;
  readonly sources: readonly ClusterSource[];
  /** Made with a storage that is fenced, each time that this process begins to write. Closing it is the caller's. */
  readonly createPipeline: (storage: StorageFactory) => Pipeline;
  /** In place of a lease in the storage. */
  readonly leaseStore?: LeaseStore;
  /** `leader-elect` is false where it is known that there is one process only. */
  readonly leaderElection?: {
    readonly isNeeded?: boolean;
    readonly durationSeconds?: number;
    readonly leaseName?: string;
  };
  /** Where this process serves, for those that stand by. */
  readonly advertiseUrl?: string;
  /** Called when this process takes the lease, with a signal that aborts when it loses it or ends; waited for before it gives it away. Never rejects. */
  readonly whileElected?: (signal: AbortSignal) => Promise<void>;
  readonly pageSize?: number;
  readonly logger: SyncLogger;
  readonly registry: Registry;
  /** Called once, at the end of `stop`. */
  readonly onStopped?: () => Promise<void>;
  /** Called, perhaps often, when something about a cluster has changed. */
  readonly onChange?: () => void;
}

/** The part of a process that follows clusters, or stands by while another one does. */
export interface Synchro {
  readonly identity: string;
  /** Whether this process writes now. */
  readonly isWriter: boolean;
  /** Who writes, as far as is known. */
  readonly writer: string | undefined;
  /** Where that one serves, as far as it says. */
  readonly writerUrl: string | undefined;
  /** Whether a lease decides who writes. */
  readonly isElected: boolean;
  /** Of the clusters that this process follows. */
  inventories(): readonly ClusterInventory[];
  /** Whether everything that is declared was read once, or cannot be reached. */
  readonly isComplete: boolean;
  /** Ends what is being written, releases the lease. Never rejects. */
  stop(): Promise<void>;
}

/** Clusters that are asked for the first time, or anew, at once. */
const startingAtOnce = 16;

/** Begins at once, in the background. */
export function startSynchro(options: SynchroOptions): Synchro {
  const { logger, registry, sources } = options;
  const identity = `${hostname()}_${randomUUID()}`;
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const metrics = createResourceSyncMetrics(registry);
  let manager: ClusterManager | undefined;
  const lease = openLease(options, identity);

  async function write(signal: AbortSignal): Promise<void> {
    const storage = lease === undefined ? options.storage : fencedStorage(options.storage, () => lease.isHeld);
    const pipeline = options.createPipeline(storage);
    manager = createClusterManager({
      parts: {
        storage,
        capabilities: options.capabilities,
        pipeline,
        budget: createWriteBudget(),
        metrics,
        logger,
        createSync: createResourceSync,
        starting: createLimit(startingAtOnce),
        identity,
        ...(options.pageSize === undefined ? {} : { pageSize: options.pageSize }),
      },
      sources,
      ...(options.onChange === undefined ? {} : { onChange: options.onChange }),
    });
    const ending = new AbortController();
    const elected = lease && options.whileElected?.(AbortSignal.any([signal, ending.signal]));
    try {
      await manager.run(signal);
    } finally {
      manager = undefined;
      ending.abort();
      await elected;
    }
  }

  const running = (lease === undefined ? write(stopping.signal) : lease.run(write, stopping.signal)).catch(
    (error: unknown) => {
      logger.error({ err: error }, 'clusters are not followed any more, by a fault of this process');
    },
  );
  registerClusterMetrics(registry, {
    inventories: () => manager?.inventories() ?? [],
    connections: () => manager?.openConnections ?? 0,
    isWriter: () => (lease === undefined ? manager !== undefined : lease.isHeld),
    leaseLosses: () => lease?.losses ?? 0,
  });

  return {
    identity,
    get isWriter() {
      return lease === undefined || lease.isHeld;
    },
    get writer() {
      return lease === undefined ? identity : lease.holder;
    },
    get writerUrl() {
      return lease === undefined ? options.advertiseUrl : lease.holderUrl;
    },
    isElected: lease !== undefined,
    inventories: () => manager?.inventories() ?? [],
    get isComplete() {
      return manager?.isComplete ?? false;
    },
    async stop() {
      stopping.abort();
      await running;
      await options.onStopped?.();
    },
  };
}

/** None where no other process can reach the storage. */
function openLease(options: SynchroOptions, identity: string): WriterLease | undefined {
  const { leaderElection = {}, capabilities, logger, advertiseUrl: url } = options;
  const { isNeeded = true, durationSeconds, leaseName = 'clusterpedia-clustersynchro-manager' } = leaderElection;
  if (!isNeeded || !capabilities.multiProcess) return undefined;
  const store = options.leaseStore ?? createStorageLeaseStore(options.storage, leaseName);
  return createWriterLease({
    store,
    identity,
    logger,
    ...(url === undefined ? {} : { url }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
  });
}
