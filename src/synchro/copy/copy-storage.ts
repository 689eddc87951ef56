import { type ClusterInventory, isStorageError } from '@clusterdex/storage-contract';
import type { Logger } from '../../telemetry/logger.js';
import { type RetryOptions, retry } from '../import/retry.js';
import { ClusterCopier } from './cluster-copier.js';
import type { CopiedStorage } from './copied-storage.js';
import type { ClusterCopy, CopyFailure, CopyProgress, CopyResult, TypeCopy, TypeDifferences } from './copy-result.js';
import { onSide, sideOf } from './side-error.js';
import { type StoredType, storedTypes } from './stored-types.js';

export interface CopyOptions {
  readonly source: CopiedStorage;
  readonly target: CopiedStorage;
  /** Those to copy; all when absent. */
  readonly clusters?: readonly string[];
  /** Whether to delete, in clusters that are copied, what the source does not have. */
  readonly prune?: boolean;
  /** Ends the copy behind the batch that is under way. */
  readonly signal: AbortSignal;
  readonly logger: Pick<Logger, 'warn'>;
  readonly onProgress?: (progress: CopyProgress) => void;
  readonly onFailure?: (failure: CopyFailure) => void;
  /** How long to wait before each further attempt of what a storage says may be tried again. */
  readonly retryWaits?: readonly number[];
}

/** A cluster is asked for that the source does not hold. */
export class UnknownClusterError extends Error {
  override readonly name = 'UnknownClusterError';
  readonly code = 'UNKNOWN_CLUSTER';
}

/** How many failures a result names. */
const namedFailures = 100;

/**
 * Copies clusters, one after the other, and compares both sides afterwards. What the target has already costs a reading; other
 * clusters of the target are left alone. Rejects with UnknownClusterError, or with what is no fault of a storage.
 */
export async function copyStorage(options: CopyOptions): Promise<CopyResult> {
  return new StorageCopy(options).run();
}

class StorageCopy {
  private readonly startedAt = performance.now();
  private readonly retry: RetryOptions;
  private readonly failures: CopyFailure[] = [];
  private failureCount = 0;
  private copiers: readonly ClusterCopier[] = [];
  private readonly results: ClusterCopy[] = [];
  private newClusters: readonly string[] = [];
  private stopped: Pick<CopyResult, 'stopped' | 'storageError'> = {};

  constructor(private readonly options: CopyOptions) {
    const { signal, logger } = options;
    this.retry = {
      signal,
      onRetry: (error, wait) => logger.warn({ reason: error.message, wait }, 'a storage asks to try again'),
      ...(options.retryWaits === undefined ? {} : { waits: options.retryWaits }),
    };
  }

  async run(): Promise<CopyResult> {
    try {
      await this.copyAll();
    } catch (error) {
      if (!isStorageError(error)) throw error;
      this.stopped = this.options.signal.aborted
        ? { stopped: 'interrupted' }
        : { stopped: sideOf(error) ?? 'target', storageError: `${error.code}: ${error.message}` };
    }
    return this.result();
  }

  private async copyAll(): Promise<void> {
    const chosen = await this.choose();
    const counted: { inventory: ClusterInventory; types: ReadonlyMap<string, StoredType> }[] = [];
    for (const inventory of chosen) counted.push({ inventory, types: await this.count(inventory) });
    const total = counted.reduce((sum, { types }) => sum + objectsOf(types), 0);
    let before = 0;
    for (const { inventory, types } of counted) {
      const done = before;
      const copier = new ClusterCopier({
        ...this.options,
        prune: this.options.prune === true,
        inventory,
        types,
        retry: this.retry,
        onProgress: (progress) =>
          this.options.onProgress?.({ ...progress, objects: done + progress.objects, total: Math.max(total, 1) }),
        onFailure: (failure) => this.fail(failure),
      });
      this.copiers = [...this.copiers, copier];
      await copier.copy();
      before += objectsOf(types);
    }
    for (const copier of this.copiers) this.results.push(await copier.finish());
    const now = await this.inventories();
    if (this.options.clusters !== undefined) return;
    const known = new Set(chosen.map(({ cluster }) => cluster));
    this.newClusters = now.map(({ cluster }) => cluster).filter((cluster) => !known.has(cluster));
  }

  private async choose(): Promise<readonly ClusterInventory[]> {
    const inventories = await this.inventories();
    const { clusters } = this.options;
    if (clusters === undefined) return inventories;
    const known = new Map(inventories.map((inventory) => [inventory.cluster, inventory]));
    return [...new Set(clusters)].map((cluster) => {
      const inventory = known.get(cluster);
      if (inventory !== undefined) return inventory;
      const names = [...known.keys()].join(', ') || 'none';
      throw new UnknownClusterError(`cluster ${JSON.stringify(cluster)} is not in the source; there are: ${names}`);
    });
  }

  private inventories(): Promise<readonly ClusterInventory[]> {
    return onSide('source', () => retry(() => this.options.source.factory.clusterInventories(), this.retry));
  }

  private count(inventory: ClusterInventory): Promise<ReadonlyMap<string, StoredType>> {
    const { source, signal } = this.options;
    return onSide('source', () => retry(() => storedTypes(source, inventory, signal), this.retry));
  }

  private fail(failure: CopyFailure): void {
    this.failureCount++;
    if (this.failures.length < namedFailures) this.failures.push(failure);
    this.options.onFailure?.(failure);
  }

  private result(): CopyResult {
    // Of an interrupted copy the clusters that it came to.
    const clusters = this.copiers.map((copier, index) => this.results[index] ?? copier.result());
    const types = clusters.flatMap((cluster) => cluster.types);
    const sum = (number: (type: TypeCopy) => number) => types.reduce((all, type) => all + number(type), 0);
    const written = (number: (cluster: ClusterCopy) => number) =>
      clusters.reduce((all, cluster) => all + number(cluster), 0);
    const { failures, failureCount, newClusters, stopped } = this;
    const isWhole = stopped.stopped === undefined && failureCount === 0 && newClusters.length === 0;
    return {
      clusters,
      objects: sum(({ source }) => source.objects),
      copied: written(({ copied }) => copied),
      unchanged: sum(unchangedOf),
      deleted: written(({ deleted }) => deleted),
      events: sum(({ source }) => source.events),
      failures,
      failureCount,
      verified: isWhole && clusters.every(isVerified),
      ...eventsNote(this.options),
      newClusters,
      ...stopped,
      milliseconds: Math.round(performance.now() - this.startedAt),
    };
  }
}

/** What was neither copied now nor differs. */
function unchangedOf({ source, copied, differences: { missing, different, newer } }: TypeCopy): number {
  return Math.max(0, source.objects - copied - missing - different - newer);
}

export function isVerified({ types, isInventoryEqual, sourceChanged }: ClusterCopy): boolean {
  return isInventoryEqual && !sourceChanged && types.every(({ differences }) => differenceCount(differences) === 0);
}

export function differenceCount(differences: TypeDifferences): number {
  return Object.values(differences).reduce((sum: number, count: number) => sum + count, 0);
}

function objectsOf(types: ReadonlyMap<string, StoredType>): number {
  return [...types.values()].reduce((sum, { objects }) => sum + objects, 0);
}

function eventsNote({ source, target }: CopyOptions): { eventsNote?: string } {
  if (!target.capabilities.events) {
    return {
      eventsNote: `the storage ${target.name} attaches no events to objects: they were copied as objects alone`,
    };
  }
  if (source.capabilities.events) return {};
  return {
    eventsNote: `the storage ${source.name} attaches no events to objects: they were attached anew from the Event objects that it holds`,
  };
}
