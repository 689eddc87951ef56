import type { ClusterInventory, ResourceInventory } from '../cluster-inventory.js';

export interface ResourceTypeState extends ResourceInventory {
  /** Which clusters have it, in order. */
  readonly clusters: readonly string[];
}

export interface ObjectCount {
  readonly cluster: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly objects: number;
}

/** Calls of one operation that ended alike, since the start. */
export interface OperationStatistics {
  readonly operation: string;
  /** `OK`, or the code of a StorageError. */
  readonly code: string;
  readonly count: number;
  readonly seconds: number;
}

export interface HostStatistics {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly hostVersion: string;
  /** Of this storage, as its guard measures it. */
  readonly operations: readonly OperationStatistics[];
}

export interface CounterSample {
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly value: number;
}

/** What the host knows, to read. UNAVAILABLE until the storage has opened. */
export interface HostState {
  /** By name, as they are stored. */
  clusters(): Promise<readonly ClusterInventory[]>;
  /** Of all clusters, by group, version and resource. */
  resourceTypes(): Promise<readonly ResourceTypeState[]>;
  /** Of the types of clusters that are followed, as far as their writer knows them. */
  objectCounts(): Promise<readonly ObjectCount[]>;
  statistics(): HostStatistics;
  /** With the capability `state`, else empty: `<operation>_total`, and the plugin's own counters by the names that it gave. */
  counterNames(): readonly string[];
  /** The last hour at most, a sample every ten seconds, the oldest first; empty for a counter that there is not. */
  counter(name: string): readonly CounterSample[];
}
