import type { ClusterInventory, ResourceSyncReport } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { clusterScreen } from '../../../src/cli/cluster-screen.js';

const now = 1_800_000_000_000;
const sync = (resource: string, more: Partial<ResourceSyncReport> = {}): ResourceSyncReport => ({
  group: '',
  resource,
  version: 'v1',
  kind: 'X',
  namespaced: true,
  status: 'Syncing',
  lastTransitionTime: '2027-01-15T08:00:00Z',
  objects: 1200,
  lagSeconds: 0,
  ...more,
});

function followed(
  cluster: string,
  syncs: readonly ResourceSyncReport[],
  failing?: readonly [string, string, string],
): ClusterInventory {
  const conditions = ['Validated', 'SynchroRunning', 'ClusterHealthy', 'Ready'].map((type) => ({
    type,
    status: failing !== undefined && (type === failing[0] || type === 'Ready') ? ('False' as const) : ('True' as const),
    reason: failing?.[1] ?? 'Fine',
    message: failing?.[2] ?? '',
    lastTransitionTime: '2027-01-15T08:00:00Z',
  }));
  const synchro = { declaredBy: 'a file', writer: 'host-1_x', conditions, syncs };
  return { cluster, version: 'v1.36.2', health: { status: 'healthy' }, resources: [], synchro, updatedAt: now };
}

describe('the screen of clusters', () => {
  it('has a line for each, and who follows them', () => {
    const inventories = [
      followed('good', [sync('pods'), sync('nodes', { objects: 3, lagSeconds: 200 })]),
      followed('reading', [sync('pods'), sync('nodes', { status: 'Pending', initialListPhase: true })]),
      followed('dead', [], ['ClusterHealthy', 'NotReachable', 'connect ECONNREFUSED']),
      { cluster: 'dump', health: { status: 'unknown', reason: 'Imported' }, resources: [], updatedAt: now } as const,
      { ...followed('left', [sync('pods')]), updatedAt: now - 7_200_000 },
    ];
    expect(clusterScreen(inventories, { now, types: false })).toEqual([
      'NAME     VERSION  READY  SYNCING  OBJECTS  LAG  STATUS',
      'good     v1.36.2  True   2/2      1,203    3m   following',
      'reading  v1.36.2  True   1/2      2,400    0s   reading 1 type',
      'dead     v1.36.2  False  -        0        -    NotReachable: connect ECONNREFUSED',
      'dump     -        -      0 types  -        -    imported',
      'left     v1.36.2  True   1/1      1,200    0s   nobody has followed it for 2h',
      '',
      'followed by host-1_x',
    ]);
  });

  it('names nobody who has said nothing for long, nor one who follows the source of a copy', () => {
    const left = { ...followed('left', [sync('pods')]), updatedAt: now - 7_200_000 };
    const { synchro, ...copy } = followed('copy', [sync('pods')]);
    const copied = { ...copy, ...(synchro && { synchro: { ...synchro, writer: '' } }) };
    const lines = clusterScreen([left, copied], { now, types: false });
    expect(lines.at(2)).toMatch(/copy .* not followed$/);
    expect(lines.at(-1)).toBe('nobody follows them');
  });

  it('has a line for each type that is in trouble, or for all', () => {
    const forbidden = sync('secrets', { status: 'Error', reason: 'Forbidden', lastError: 'secrets is forbidden' });
    const converted = sync('cronjobs', { group: 'batch', version: 'v1beta1', storageVersion: 'v1' });
    const inventories = [followed('a', [sync('pods'), forbidden, converted])];
    const troubles = clusterScreen(inventories, { now, types: false }).slice(5);
    expect(troubles).toEqual([
      'CLUSTER  RESOURCE  VERSION  STATUS             OBJECTS  LAG  LAST ERROR',
      'a        secrets   v1       Error (Forbidden)  1,200    0s   secrets is forbidden',
    ]);
    const all = clusterScreen(inventories, { now, types: true });
    expect(all).toHaveLength(9);
    expect(all.at(-1)).toContain('cronjobs.batch  v1beta1 as v1');
  });

  it('says what to do when there are none', () => {
    expect(clusterScreen([], { now, types: false })).toEqual([
      'No clusters yet. Follow some: clusterdex serve --kubeconfig',
    ]);
  });
});
