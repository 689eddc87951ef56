import type { ClusterInventory, StorageFactory } from '@clusterdex/storage-contract';
import type { Logger } from '../telemetry/logger.js';
import { type ClusterView, createClusterView } from './cluster-view.js';

export interface InventoryCacheOptions {
  readonly factory: StorageFactory;
  readonly logger: Logger;
  /** Milliseconds after which a use of what is cached reads it again in the background. */
  readonly maximumAge?: number;
}

/** What the clusters hold, as far as the server knows. Reads of the storage run one at a time, and never more often than they pay. */
export interface InventoryCache {
  /** The view of a cluster, or of all (undefined), from memory; undefined when it is not known, or nothing was read yet. */
  view(cluster: string | undefined): ClusterView | undefined;
  /** As `view`, with a read where it is not known. */
  findView(cluster: string | undefined): Promise<ClusterView | undefined>;
  /** Resolves when a read that began after this call has ended; any number of callers share one read. */
  refresh(): Promise<void>;
}

/** A storage that needs long to tell its inventories is asked at most for this share of the time. */
const restAfterRead = 5;

export function createInventoryCache(options: InventoryCacheOptions): InventoryCache {
  const { factory, logger, maximumAge = 1000 } = options;
  let clusters: ReadonlyMap<string | undefined, ClusterView> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  let restUntil = Number.NEGATIVE_INFINITY;
  let running: Promise<void> | undefined;
  let following: Promise<void> | undefined;

  async function read(): Promise<void> {
    const rest = restUntil - performance.now();
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    following = undefined;
    const began = performance.now();
    readAt = began;
    try {
      clusters = createViews(await factory.clusterInventories(), factory);
    } finally {
      const ended = performance.now();
      restUntil = ended + restAfterRead * (ended - began);
      running = undefined;
    }
  }

  function refresh(): Promise<void> {
    following ??= (running ?? Promise.resolve()).then(start, start);
    return following;
  }

  function start(): Promise<void> {
    running = read();
    return running;
  }

  function refreshInBackground(): void {
    readAt = performance.now();
    refresh().catch((error: unknown) => {
      logger.warn({ err: error }, 'cannot read the inventories of the clusters; serving what was known');
    });
  }

  function view(cluster: string | undefined): ClusterView | undefined {
    if (clusters === undefined) return undefined;
    if (performance.now() - readAt > maximumAge) refreshInBackground();
    return clusters.get(cluster);
  }

  return {
    view,
    async findView(cluster) {
      if (view(cluster) === undefined) await refresh();
      return view(cluster);
    },
    refresh,
  };
}

function createViews(
  inventories: readonly ClusterInventory[],
  factory: StorageFactory,
): ReadonlyMap<string | undefined, ClusterView> {
  const views = new Map<string | undefined, ClusterView>();
  views.set(undefined, createClusterView(inventories, undefined, factory));
  for (const inventory of inventories) {
    views.set(inventory.cluster, createClusterView([inventory], inventory, factory));
  }
  return views;
}
