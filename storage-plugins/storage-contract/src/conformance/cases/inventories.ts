import assert from 'node:assert/strict';
import type { ClusterInventory } from '../../cluster-inventory.js';
import type { ConformanceCase } from '../conformance-case.js';
import { deployments, pods, widgets } from '../test-objects.js';

/** With every member that an inventory can have. */
export function createInventory(cluster: string, updatedAt = 1_700_000_000_000): ClusterInventory {
  return {
    cluster,
    version: 'v1.32.1',
    health: { status: 'healthy', reason: 'Ready', message: 'überall "gut"' },
    resources: [
      { ...pods, singularName: 'pod', shortNames: ['po'], categories: ['all'] },
      {
        ...widgets,
        singularName: 'widget',
        printerColumns: [
          {
            name: 'Size',
            type: 'integer',
            jsonPath: '.spec.size',
            format: 'int32',
            description: 'how large',
            priority: 1,
          },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      },
    ],
    updatedAt,
  };
}

export const inventoryCases: readonly ConformanceCase[] = [
  {
    name: 'inventories are returned as they were put, by name of the cluster',
    async run({ storage }) {
      const smallest: ClusterInventory = { cluster: 'b', health: { status: 'unknown' }, resources: [], updatedAt: 0 };
      for (const inventory of [createInventory('c'), smallest, createInventory('a')]) {
        await storage.putClusterInventory(inventory);
      }
      assert.deepEqual(await storage.clusterInventories(), [createInventory('a'), smallest, createInventory('c')]);
    },
  },
  {
    name: 'an inventory replaces the earlier one, and may be put again',
    async run({ storage }) {
      await storage.putClusterInventory(createInventory('a'));
      const next: ClusterInventory = {
        cluster: 'a',
        health: { status: 'unhealthy' },
        resources: [{ ...deployments, singularName: 'deployment' }],
        updatedAt: 5,
      };
      await storage.putClusterInventory(next);
      await storage.putClusterInventory(next);
      assert.deepEqual(await storage.clusterInventories(), [next]);
    },
  },
];
