import type { ClusterInventory, ResourceSyncReport } from '@clusterdex/storage-contract';
import type {
  GroupSyncStatus,
  PediaClusterStatus,
  ResourceSyncStatus,
  SyncCondition,
} from '../cluster/pedia-cluster.js';

/** The status of a PediaCluster: what is known of a cluster, as Clusterpedia arranges it. */
export function toClusterStatus({ version, synchro }: ClusterInventory, shardingName: string): PediaClusterStatus {
  return {
    ...(synchro?.apiserver === undefined ? {} : { apiserver: synchro.apiserver }),
    ...(version === undefined ? {} : { version }),
    shardingName,
    conditions: synchro?.conditions ?? [],
    syncResources: groupSyncs(synchro?.syncs ?? []),
  };
}

function groupSyncs(syncs: readonly ResourceSyncReport[]): readonly GroupSyncStatus[] {
  const groups = new Map<string, Map<string, ResourceSyncStatus & { readonly syncConditions: SyncCondition[] }>>();
  for (const sync of syncs) {
    const { group, resource: name, kind, namespaced } = sync;
    const resources = groups.get(group) ?? new Map();
    groups.set(group, resources);
    const entry = resources.get(name) ?? { name, kind, namespaced, syncConditions: [] };
    resources.set(name, entry);
    entry.syncConditions.push(toCondition(sync));
  }
  return [...groups].map(([group, resources]) => ({ group, resources: [...resources.values()] }));
}

function toCondition({
  storageVersion,
  group: _,
  resource: __,
  kind: ___,
  namespaced: ____,
  ...sync
}: ResourceSyncReport): SyncCondition {
  return { ...sync, storageVersion: storageVersion ?? sync.version };
}
