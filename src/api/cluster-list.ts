import type { ClusterInventory } from '@clusterdex/storage-contract';

const conditionStatus = { healthy: 'True', unhealthy: 'False', unknown: 'Unknown' } as const;

/** The clusters as Clusterpedia's PediaClusterList: names, versions and health; how they are reached is nobody's business here. */
export function clusterListDocument(inventories: readonly ClusterInventory[]): Buffer {
  const items = inventories.map(({ cluster, version, synchro, health: { status, reason, message } }) => ({
    metadata: { name: cluster },
    spec: {},
    status: {
      ...(version === undefined ? {} : { version }),
      conditions: synchro?.conditions ?? [
        {
          type: 'ClusterHealthy',
          status: conditionStatus[status],
          ...(reason === undefined ? {} : { reason }),
          ...(message === undefined ? {} : { message }),
        },
      ],
    },
  }));
  const list = { kind: 'PediaClusterList', apiVersion: 'cluster.clusterpedia.io/v1alpha2', metadata: {}, items };
  return Buffer.from(`${JSON.stringify(list)}\n`);
}
