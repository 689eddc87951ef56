import type { Capabilities, StorageFactory } from '@clusterdex/storage-contract';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { ResourceSync, ResourceSyncOptions, SyncLogger } from '../resource-sync/resource-sync.js';
import type { ResourceSyncMetrics } from '../resource-sync/resource-sync-metrics.js';
import type { WriteBudget } from '../writer/write-budget.js';

/** What all clusters of a process share. */
export interface SynchroParts {
  readonly storage: StorageFactory;
  readonly capabilities: Pick<Capabilities, 'events'>;
  readonly pipeline: Pipeline;
  readonly budget: WriteBudget;
  readonly metrics: ResourceSyncMetrics;
  readonly logger: SyncLogger;
  createSync(options: ResourceSyncOptions): ResourceSync;
  /** Runs what makes a cluster's first requests, a few clusters at a time. */
  readonly starting: <T>(act: () => Promise<T>) => Promise<T>;
  /** Who writes: this process. */
  readonly identity: string;
  readonly pageSize?: number;
}
