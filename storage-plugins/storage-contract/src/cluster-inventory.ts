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
  /** Milliseconds since the epoch of the last change of this inventory. */
  readonly updatedAt: number;
}
