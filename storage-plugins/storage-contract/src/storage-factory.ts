import type { ClusterInventory } from './cluster-inventory.js';
import type { Explanation, FieldIndexStatus } from './explanation.js';
import type { StorageExtensions } from './extensions/storage-extensions.js';
import type { CollectionListOptions, ListOptions } from './list-options.js';
import type { ResourceType, ResourceTypeSelector } from './resource-type.js';
import type { ObjectBatch, ObjectChange, ObjectEvent, StoredObject, WriteResult } from './stored-object.js';
import type { WatchBatch } from './watch.js';

/** A named set of resource types that can be listed at once. An empty `types` means that the query says which. */
export interface CollectionResource {
  readonly name: string;
  readonly types: readonly ResourceTypeSelector[];
}

/** What a restart needs to resume without rewriting what did not change. */
export interface StoredResourceVersion {
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: string;
}

export interface StorageHealth {
  readonly healthy: boolean;
  /** Why not, in words for an operator. */
  readonly reason?: string;
}

/** Versions of the form in which a storage keeps its data, numbers of its own that rise. */
export interface StorageSchema {
  readonly version: number;
  /** What the open found: smaller when it migrated, absent when there was nothing yet. */
  readonly found?: number;
}

/**
 * Everything rejects with a StorageError. Every call may run at the same time as every other. A signal that aborts makes the call
 * reject with TIMEOUT soon, and leaves nothing half done that a repeat of the call would not finish. Nothing that outlives a call may
 * hold on to its signal: when nobody listens to it any more, another call may get it.
 */
export interface StorageFactory extends StorageExtensions {
  /** Called before the first write of a cluster; idempotent. */
  prepareCluster(cluster: string): Promise<void>;
  /** Batches of what is durably stored for the cluster, in no particular order. */
  resourceVersions(cluster: string, signal?: AbortSignal): AsyncIterable<readonly StoredResourceVersion[]>;
  /** Replaces the inventory of `inventory.cluster`. */
  putClusterInventory(inventory: ClusterInventory): Promise<void>;
  /** Inventories of all clusters, by name; includes what other processes wrote. */
  clusterInventories(): Promise<readonly ClusterInventory[]>;
  collectionResources(): readonly CollectionResource[];
  /** Cheap, no I/O; the host caches it by group, version and resource. */
  resourceStorage(type: ResourceType): ResourceStorage;
  /** Cheap, no I/O. NOT_FOUND when `name` is not among `collectionResources()`. */
  collectionResourceStorage(name: string): CollectionResourceStorage;
  /** Removes the cluster's objects, events and inventory; interruptible, resumable, idempotent. */
  cleanCluster(cluster: string, signal?: AbortSignal): Promise<void>;
  /** Removes the cluster's objects of a type; the inventory is the caller's to change. Interruptible, resumable, idempotent. */
  cleanClusterResource(cluster: string, type: ResourceType, signal?: AbortSignal): Promise<void>;
  /** Optional, for a storage that migrates: no I/O; does not change after the open. */
  schema?(): StorageSchema;
  /** Optional, for a storage with indexes that its operator declares: all of them, by their declarations. */
  fieldIndexes?(): Promise<readonly FieldIndexStatus[]>;
  /** Never rejects. */
  health(): Promise<StorageHealth>;
  /** Finishes or aborts what is in flight; once. Afterwards every call rejects with CLOSED. */
  shutdown(): Promise<void>;
}

export interface ResourceStorage {
  /** The stored object, or NOT_FOUND. */
  get(
    cluster: string,
    namespace: string,
    name: string,
    options?: { readonly injectEvents?: boolean },
  ): Promise<StoredObject>;
  /**
   * At least one batch, possibly empty. A page boundary neither repeats nor skips an object that exists throughout, whatever is
   * written meanwhile. An option that the storage does not honour is NOT_SUPPORTED, never an unfiltered answer. `start.after` that
   * it did not issue is INVALID.
   */
  list(options: ListOptions, signal?: AbortSignal): AsyncIterable<ObjectBatch>;
  /**
   * Upserts and deletes, in their order for each object, in few round trips. All or nothing for each object; idempotent. A change
   * whose resourceVersion is a smaller number than the stored one is a no-op. Durable, where the storage is, when it resolves,
   * and seen by every read that begins afterwards.
   *
   * A row belongs to the bytes that it was written with. An upsert of the bytes that are stored already puts its row, if it has one,
   * in the place of the stored one; the object is unchanged, and watchers learn nothing. Any other upsert brings its row or leaves none.
   */
  write(cluster: string, changes: readonly ObjectChange[], signal?: AbortSignal): Promise<WriteResult>;
  /**
   * With the capability `watch`: every change after `revision`, in the order of revisions, those of other processes included.
   * The filters of the options hold as in lists, for the object before and after each change; `orderBy`, `limit`, `start`,
   * `injectEvents` and `withRows` are NOT_SUPPORTED. A batch without events says how far the watch has come. A consumer that is slow costs
   * no memory: batches are made when they are asked for. EXPIRED when the changes after `revision` are no longer kept, and for a
   * revision that the storage did not issue. Ends when the signal aborts, without an error.
   */
  watch?(options: ListOptions, revision: string, signal: AbortSignal): AsyncIterable<WatchBatch>;
  /** With the capability `explain`: how `list` would answer these options now. What `list` refuses, it refuses. */
  explain?(options: ListOptions, signal?: AbortSignal): Promise<Explanation>;
  /** Attaches events to objects of any type by uid, whether or not they are stored already; the same event again replaces it, without json removes it. */
  recordEvents(cluster: string, events: readonly ObjectEvent[]): Promise<void>;
}

/** As ResourceStorage.list and watch, over several types; each object says its type. */
export interface CollectionResourceStorage {
  list(options: CollectionListOptions, signal?: AbortSignal): AsyncIterable<ObjectBatch>;
  watch?(options: CollectionListOptions, revision: string, signal: AbortSignal): AsyncIterable<WatchBatch>;
  explain?(options: CollectionListOptions, signal?: AbortSignal): Promise<Explanation>;
}
