import type { ClusterInventory } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
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

describe('of a cluster that is followed', () => {
  const synchro = { declaredBy: 'a file', writer: 'w', conditions: [], syncs: [] };
  const followed = (status: ClusterInventory['health']['status'], updatedAt: number) =>
    healthWarning(unhealthyClusters([{ ...inventory('a', status), synchro, updatedAt }], 1_000_000_000));

  it('there is one as long as nobody knows that it is healthy', () => {
    expect(followed('healthy', 999_990_000)).toBeUndefined();
    expect(followed('unknown', 999_990_000)).toContain('cluster a is not healthy');
    expect(followed('unhealthy', 999_990_000)).toContain('cluster a is not healthy');
  });

  it('there is one when nobody has followed it for a while', () => {
    expect(followed('healthy', 999_000_000)).toContain('nobody has followed it since 1970-01-12T13:30:00Z');
  });
});
