import type { ClusterInventory } from '@clusterdex/storage-contract';
import { expect, it } from '@jest/globals';
import { healthWarning, unhealthyClusters } from '../../src/api/health-warning.js';

function inventory(cluster: string, status: ClusterInventory['health']['status']): ClusterInventory {
  return { cluster, health: { status }, resources: [], updatedAt: 0 };
}

const clusters = Array.from({ length: 13 }, (_, number) => inventory(`c${number}`, 'unhealthy'));
const unhealthy = unhealthyClusters([inventory('a', 'healthy'), ...clusters, inventory('z', 'unknown')]);

it.each([
  [{ in: ['a', 'z'] }, undefined],
  [{ in: ['a', 'c1'] }, 'cluster c1 is not healthy, its data may be out of date'],
  [{ in: ['c1', 'c2'] }, 'clusters c1, c2 are not healthy, their data may be out of date'],
  [{ in: ['c1', 'c2'], notIn: ['c2'] }, 'cluster c1 is not healthy, its data may be out of date'],
  [
    undefined,
    'clusters c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 and 3 more are not healthy, their data may be out of date',
  ],
])('clusters %j', (asked, text) => {
  expect(healthWarning(unhealthy, asked)).toBe(text && `299 - "${text}"`);
});
