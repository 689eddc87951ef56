/** PediaCluster of cluster.clusterpedia.io/v1alpha2: one cluster, how to reach it, and what to follow of it. */
export interface PediaCluster {
  readonly apiVersion: typeof clusterApiVersion;
  readonly kind: 'PediaCluster';
  readonly metadata: ClusterMetadata;
  readonly spec: PediaClusterSpec;
  readonly status?: PediaClusterStatus;
}

export const clusterGroup = 'cluster.clusterpedia.io';
export const clusterApiVersion = 'cluster.clusterpedia.io/v1alpha2';

export interface ClusterMetadata {
  readonly name: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly resourceVersion?: string;
  readonly finalizers?: readonly string[];
  readonly deletionTimestamp?: string;
}

export interface PediaClusterSpec {
  /** A whole kubeconfig, base64; wins over every other credential. */
  readonly kubeconfig?: string;
  readonly apiserver?: string;
  /** Base64 each. */
  readonly tokenData?: string;
  readonly caData?: string;
  readonly certData?: string;
  readonly keyData?: string;
  readonly authenticationFrom?: AuthenticationFrom;
  readonly syncResources?: readonly SyncResources[];
  readonly syncAllCustomResources?: boolean;
  readonly syncResourcesRefName?: string;
  readonly shardingName?: string;
}

export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

export interface AuthenticationFrom {
  readonly kubeconfig?: SecretKey;
  readonly token?: SecretKey;
  readonly ca?: SecretKey;
  readonly cert?: SecretKey;
  readonly key?: SecretKey;
}

/** What to follow: `*` as the group is everything, `*` among the resources is all of the group. */
export interface SyncResources {
  readonly group: string;
  /** Of custom resources; `*` is all, none the first three that are served. */
  readonly versions?: readonly string[];
  /** Plural or singular, in any case. */
  readonly resources: readonly string[];
  /** Resources of this entry, or `*`, of which events are attached to the objects that they involve. */
  readonly eventsInvolvedResources?: readonly string[];
}

/** ClusterSyncResources of the same group: a list that PediaClusters refer to by name. */
export interface ClusterSyncResources {
  readonly apiVersion: typeof clusterApiVersion;
  readonly kind: 'ClusterSyncResources';
  readonly metadata: ClusterMetadata;
  readonly spec: { readonly syncResources?: readonly SyncResources[] };
}

export interface PediaClusterStatus {
  readonly apiserver?: string;
  readonly version?: string;
  /** '' is the manager without a name; absent when nobody has the cluster. */
  readonly shardingName?: string;
  readonly conditions?: readonly Condition[];
  readonly syncResources?: readonly GroupSyncStatus[];
}

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

export interface GroupSyncStatus {
  readonly group: string;
  readonly resources: readonly ResourceSyncStatus[];
}

export interface ResourceSyncStatus {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly syncConditions: readonly SyncCondition[];
}

export type SyncState = 'Pending' | 'Syncing' | 'Stop' | 'Error' | 'Unknown';

export interface SyncCondition {
  /** The version that was asked for. */
  readonly version: string;
  /** Only where another one is watched. */
  readonly syncVersion?: string;
  readonly syncResource?: string;
  readonly storageVersion?: string;
  readonly storageResource?: string;
  readonly status: SyncState;
  readonly reason?: string;
  readonly message?: string;
  readonly initialListPhase?: boolean;
  readonly lastTransitionTime: string;
  /** Not in Clusterpedia: objects that are stored, how long ago the storage was last known to equal the cluster, the last error. */
  readonly objects?: number;
  readonly lagSeconds?: number;
  readonly lastError?: string;
}
