import type { ResourceType } from '@clusterdex/storage-contract';

export type CopySide = 'source' | 'target';

/** What one side holds of a type of a cluster. */
export interface TypeContents {
  readonly objects: number;
  /** Events that are attached to these objects. */
  readonly events: number;
  /** SHA-256, hexadecimal, over keys and bytes in key order. */
  readonly digest: string;
}

/** What is not the same on both sides, in objects. */
export interface TypeDifferences {
  /** Of the source, and not in the target. */
  readonly missing: number;
  /** The same version or an older one in the target, and other bytes. */
  readonly different: number;
  /** A newer version in the target, which no write of an older one replaces. */
  readonly newer: number;
  /** Of the target, and not in the source. */
  readonly extra: number;
  /** Events of the source that the target does not have. */
  readonly missingEvents: number;
}

export interface TypeCopy {
  readonly type: Pick<ResourceType, 'group' | 'version' | 'resource'>;
  /** As the last reading found them, in the same order on both sides. */
  readonly source: TypeContents;
  readonly target: TypeContents;
  readonly copied: number;
  readonly deleted: number;
  readonly differences: TypeDifferences;
  /** `namespace/name` of the first objects that differ. */
  readonly examples: readonly string[];
}

export interface ClusterCopy {
  readonly cluster: string;
  /** Those that were copied and compared; of a copy that was stopped not all. */
  readonly types: readonly TypeCopy[];
  /** Objects written and removed, those of a type that was not finished included. */
  readonly copied: number;
  readonly deleted: number;
  /** False also where a copy was stopped before it was compared. */
  readonly isInventoryEqual: boolean;
  /** Something was written to the source while it was copied; the target may be behind. */
  readonly sourceChanged: boolean;
}

/** An object that the target refuses, or that the source has in a form that is none. */
export interface CopyFailure {
  readonly cluster: string;
  readonly resource: string;
  readonly object: string;
  readonly reason: string;
}

export interface CopyResult {
  readonly clusters: readonly ClusterCopy[];
  /** Objects of the source that were read. */
  readonly objects: number;
  readonly copied: number;
  readonly unchanged: number;
  readonly deleted: number;
  readonly events: number;
  /** The first ones; `failureCount` counts all. */
  readonly failures: readonly CopyFailure[];
  readonly failureCount: number;
  /** Every cluster and type was read on both sides and is the same there, and the source stood still. */
  readonly verified: boolean;
  /** Why events were not copied as they are, if they were not. */
  readonly eventsNote?: string;
  /** Clusters that came to the source meanwhile. */
  readonly newClusters: readonly string[];
  /** Why the copy ended before its end, if it did. */
  readonly stopped?: 'interrupted' | CopySide;
  readonly storageError?: string;
  readonly milliseconds: number;
}

export interface CopyProgress {
  readonly cluster: string;
  readonly resource: string;
  readonly phase: 'copying' | 'verifying';
  /** Objects of the source read so far, over all clusters, and how many there are. */
  readonly objects: number;
  readonly total: number;
}
