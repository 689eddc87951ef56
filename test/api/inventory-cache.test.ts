import type { ClusterInventory, StorageFactory } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createInventoryCache } from '../../src/api/inventory-cache.js';

function inventory(cluster: string): ClusterInventory {
  return { cluster, health: { status: 'healthy' }, resources: [], updatedAt: 0 };
}

/** The part of a storage that the cache asks; each read ends when the test says so. */
function createSource() {
  const reads: { resolve(clusters: readonly string[]): void; reject(error: Error): void }[] = [];
  const factory = {
    clusterInventories: () =>
      new Promise<readonly ClusterInventory[]>((resolve, reject) => {
        reads.push({ resolve: (clusters) => resolve(clusters.map(inventory)), reject });
      }),
  } as unknown as StorageFactory;
  const read = async (index: number) => {
    for (;;) {
      const found = reads[index];
      if (found !== undefined) return found;
      await new Promise(setImmediate);
    }
  };
  return { factory, reads, read };
}

const logger = pino({ level: 'silent' });

describe('the cache of inventories', () => {
  it('shares one read between all who wait, and starts another for those who come while it runs', async () => {
    const { factory, reads, read } = createSource();
    const cache = createInventoryCache({ factory, logger });
    const early = [cache.refresh(), cache.refresh(), cache.refresh()];
    const first = await read(0);
    const late = [cache.refresh(), cache.refresh()];
    first.resolve(['a']);
    await Promise.all(early);
    expect(cache.view('a')).toBeDefined();
    expect(cache.view('b')).toBeUndefined();
    (await read(1)).resolve(['a', 'b']);
    await Promise.all(late);
    expect(cache.view('b')).toBeDefined();
    expect(reads).toHaveLength(2);
  });

  it('knows nothing before the first read', () => {
    expect(createInventoryCache({ factory: createSource().factory, logger }).view(undefined)).toBeUndefined();
  });

  it('reads in the background what is older than it may be, and serves meanwhile what it has', async () => {
    const { factory, read } = createSource();
    const cache = createInventoryCache({ factory, logger, maximumAge: 0 });
    const refreshed = cache.refresh();
    (await read(0)).resolve(['a']);
    await refreshed;
    expect(cache.view('a')).toBeDefined();
    const again = await read(1);
    expect(cache.view('a')).toBeDefined();
    again.resolve(['b']);
    while (cache.view('b') === undefined) await new Promise(setImmediate);
    expect(cache.view('a')).toBeUndefined();
  });

  it('keeps what it knows when a read fails, tells who waits, and recovers', async () => {
    const { factory, read } = createSource();
    const cache = createInventoryCache({ factory, logger });
    const first = cache.refresh();
    (await read(0)).resolve(['a']);
    await first;
    const second = cache.refresh();
    (await read(1)).reject(new Error('no'));
    await expect(second).rejects.toThrow('no');
    expect(cache.view('a')).toBeDefined();
    const third = cache.refresh();
    (await read(2)).resolve(['c']);
    await third;
    expect(cache.view('c')).toBeDefined();
  });
});
