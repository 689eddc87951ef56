import type { ResourceType } from './resource-type.js';

/** A printer column of a custom resource, as in the CRD's additionalPrinterColumns. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly priority?: number;
  readonly jsonPath: string;
}

/** A resource type of a cluster, with what discovery says of it. */
export interface ResourceInventory extends ResourceType {
  readonly singularName: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** Empty for a custom resource whose CRD names none; absent when no CRD is known. */
  readonly printerColumns?: readonly PrinterColumn[];
  /** Of a custom resource: the JSONPaths of the CRD's selectableFields, such as `.spec.color`. */
  readonly selectableFields?: readonly string[];
  /** Nothing is stored of this type itself: its objects are those of the same resource in this version, converted when they are read. */
  readonly storedAs?: { readonly group: string; readonly version: string };
}

/** How the server follows a cluster, as it last said; a storage keeps it as it is. */
export interface ClusterSynchroReport {
  /** Who declared the cluster: a context, a file, a custom resource. */
  readonly declaredBy: string;
  /** Who follows it and writes; '' when nobody does. */
  readonly writer: string;
  readonly apiserver?: string;
  /** Changes with how objects are prepared: what was stored in another way is written again. */
  readonly preparation?: string;
  readonly conditions: readonly {
    readonly type: string;
    readonly status: 'True' | 'False' | 'Unknown';
    readonly reason: string;
    readonly message: string;
    readonly lastTransitionTime: string;
  }[];
  readonly syncs: readonly ResourceSyncReport[];
}

/** How a resource type is followed, or why it is not. */
export interface ResourceSyncReport {
  readonly group: string;
  readonly resource: string;
  /** The version that is watched. */
  readonly version: string;
  /** The version that is stored, where it is another one. */
  readonly storageVersion?: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly status: 'Pending' | 'Syncing' | 'Stop' | 'Error' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly initialListPhase?: boolean;
  readonly lastTransitionTime: string;
  /** Objects that are stored. */
  readonly objects?: number;
  /** For how long what is stored has been behind the cluster, as far as is known. */
  readonly lagSeconds?: number;
  readonly lastError?: string;
}

/** What a cluster holds: enough to serve discovery without asking anybody else. Plain JSON. */
export interface ClusterInventory {
  readonly cluster: string;
  /** gitVersion of the member cluster; absent when it is not known (a dump does not say). */
  readonly version?: string;
  readonly health: {
    readonly status: 'healthy' | 'unhealthy' | 'unknown';
    readonly reason?: string;
    readonly message?: string;
  };
  readonly resources: readonly ResourceInventory[];
  /** Absent for a cluster that is not followed. */
  readonly synchro?: ClusterSynchroReport;
  /** Milliseconds since the epoch of the last change of this inventory. */
  readonly updatedAt: number;
}
