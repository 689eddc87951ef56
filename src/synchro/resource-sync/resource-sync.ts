import type {
  ObjectChange,
  PreparedWithKind,
  ResourceInventory,
  ResourceType,
  StorageFactory,
  WriteResult,
} from '@clusterdex/storage-contract';
import type { Clock } from '../../timing/clock.js';
import type { ClusterConnection } from '../connection/cluster-connection.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { InitialEventsOffer } from '../reflector/initial-events-offer.js';
import type { StoredVersions } from '../reflector/stored-versions.js';
import type { WriteBudget } from '../writer/write-budget.js';
import type { ResourceSyncMetrics } from './resource-sync-metrics.js';

/** Keeps what is stored of one resource type of one cluster as the cluster has it: lists once, watches for ever. */
export interface ResourceSync {
  /**
   * Runs until the signal aborts, then finishes what is being written and resolves. Rejects for nothing that a cluster or a storage
   * does: that is in the status. Once.
   */
  run(signal: AbortSignal): Promise<void>;
  status(): ResourceSyncStatus;
}

/**
 * `pending`: not begun. `listing`: what is there is being read. `watching`: changes come. `waiting`: something failed, the next attempt
 * is due. `stopped`: it has ended.
 */
export type SyncPhase = 'pending' | 'listing' | 'watching' | 'waiting' | 'stopped';

/** Why it is not watching, or does but not all is well. */
export const syncReasons = {
  ListFailed: 'the list could not be read',
  ResourceWatchFailed: 'the watch could not be begun',
  NotServed: 'the cluster does not serve this type any more (404)',
  Unauthorized: 'the credentials are not accepted (401)',
  Forbidden: 'the credentials may not list or watch this type (403)',
  StorageUnavailable: 'the storage asks to try again; what came waits',
  StorageFailed: 'the storage refused what is no fault of an object',
  ObjectsRefused: 'some objects could not be stored; see lastError and refused',
} as const;

export type SyncReason = keyof typeof syncReasons;

export interface ResourceSyncStatus {
  readonly phase: SyncPhase;
  /** Absent when all is well. */
  readonly reason?: SyncReason;
  readonly message?: string;
  /** Milliseconds since the epoch at which phase or reason changed. */
  readonly changedAt: number;
  /** Whether what was there at the start is still being written. */
  readonly initialList: boolean;
  /** Objects that are stored. */
  readonly objects: number;
  /** Since when what is stored is behind the cluster, as far as is known, in seconds; undefined before the first list is written. */
  readonly lagSeconds: number | undefined;
  /** Since the start. */
  readonly counts: SyncCounts;
  /** Objects that the cluster has and that could not be stored, now. */
  readonly refused: number;
  readonly lastError?: { readonly at: number; readonly message: string };
}

export interface SyncCounts {
  /** Objects written because they are new or changed, and deletes. */
  readonly written: number;
  readonly deleted: number;
  /** Seen and stored already. */
  readonly unchanged: number;
  /** Not let through by a filter. */
  readonly filtered: number;
  /** Objects, events and pages that could not be read or stored. */
  readonly failed: number;
  readonly lists: number;
  readonly watches: number;
}

/** Where changes go in place of the storage's objects of the type, Events to the objects that they involve for example. */
export interface ChangeSink {
  write(changes: readonly ObjectChange[], signal?: AbortSignal): Promise<WriteResult>;
}

export interface ResourceSyncOptions {
  readonly connection: ClusterConnection;
  readonly cluster: string;
  /** What is listed and watched. */
  readonly source: ResourceType;
  /** What it is stored as; the same unless `convert` makes another version of it. */
  readonly resourceType: ResourceInventory;
  /** The JSON of an object of `source` as one of `resourceType`; throws for what cannot be. Fields that it does not know pass. */
  readonly convert?: (json: Uint8Array) => Uint8Array;
  readonly storage: StorageFactory;
  readonly sink?: ChangeSink;
  /** Told of what is stored now, behind the write. */
  readonly onWritten?: (objects: readonly PreparedWithKind[]) => void | Promise<void>;
  /** Restricts what is asked of the cluster, besides what filters ask for: `involvedObject.kind=Pod`. */
  readonly fieldSelector?: string;
  readonly pipeline: Pipeline;
  /** What is stored of the cluster already: one for all types of a cluster. */
  readonly stored: StoredVersions;
  /** Shared by all that write into the storage. */
  readonly budget: WriteBudget;
  readonly logger: SyncLogger;
  readonly metrics?: ResourceSyncMetrics;
  readonly clock?: Clock;
  /** Called when phase or reason changes. */
  readonly onStatus?: (status: ResourceSyncStatus) => void;
  /** Objects in a page of a list; 500 unless told. */
  readonly pageSize?: number;
  /** Whether to ask for initial events instead of a list, where the server offers them; true unless told. */
  readonly initialEvents?: boolean;
  /** What the syncs of a cluster found out about that. */
  readonly initialEventsOffer?: InitialEventsOffer;
  /** Milliseconds between two initial events; 30,000 unless told. */
  readonly initialEventsTimeout?: number;
}

export interface SyncLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
