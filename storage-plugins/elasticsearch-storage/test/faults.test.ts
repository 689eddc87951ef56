import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { StorageFactory } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OwnServer, ownServerNotRun, startOwnServer } from './own-server.js';
import { eventsBetween, eventually, listNames, revisionOf } from './reading.js';
import { ask, configMap, configMaps, openStorage } from './support.js';

const upserts = (count: number, { version = '1', cluster = 'c' } = {}) =>
  Array.from({ length: count }, (_, index) => ({
    type: 'upsert' as const,
    object: configMap(cluster, `o-${String(index).padStart(5, '0')}`, {
      resourceVersion: version,
      data: { text: 'x'.repeat(1500) },
    }),
  }));

describe('an Elasticsearch that fails', () => {
  if (ownServerNotRun !== undefined) {
    it.skip(ownServerNotRun, () => {});
    return;
  }
  let server: OwnServer;
  const opened: StorageFactory[] = [];
  beforeAll(async () => {
    server = await startOwnServer();
  }, 180_000);
  afterAll(async () => {
    for (const storage of opened) await storage.shutdown();
    await server.stop();
  }, 60_000);
  const open = async (prefix: string): Promise<StorageFactory> => {
    const config = { requestTimeoutMilliseconds: 10_000, historyChanges: 1_000_000 };
    const storage = await openStorage(server.address, prefix, { config });
    opened.push(storage);
    return storage;
  };

  it('killed in the middle of writes and lists: nothing is lost, no list is short, each change is one event', async () => {
    const storage = await open('killed');
    const start = await revisionOf(storage);
    const { write } = storage.resourceStorage(configMaps);
    await write('c', upserts(2000));
    let failures = 0;
    const refused = (error: unknown) => {
      expect(error).toMatchObject({ code: expect.stringMatching(/UNAVAILABLE|TIMEOUT/), retryable: true });
      failures++;
    };
    let acknowledged = 1;
    let goesOn = true;
    const writing = (async () => {
      while (goesOn) {
        const version = String(acknowledged + 1);
        await eventually(() =>
          write('c', upserts(2000, { version })).catch((error) => {
            refused(error);
            throw error;
          }),
        );
        acknowledged++;
      }
    })();
    let lists = 0;
    const listing = (async () => {
      while (goesOn) {
        const names = await listNames(storage).catch((error: unknown) => void refused(error));
        if (names === undefined) continue;
        expect(names).toHaveLength(2000);
        lists++;
      }
    })();
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const before = acknowledged;
      while (acknowledged < before + 2) await new Promise(setImmediate);
      await server.kill(signal);
      await server.restart();
    }
    goesOn = false;
    await Promise.all([writing, listing]);
    expect(failures).toBeGreaterThan(0);
    expect(lists).toBeGreaterThan(0);
    const found = await storage.resourceStorage(configMaps).get('c', 'default', 'o-01999');
    expect(JSON.parse(Buffer.from(found.json).toString()).metadata.resourceVersion).toBe(String(acknowledged));
    const events = await eventsBetween(storage, start, await revisionOf(storage));
    const ofOne = events.filter(({ object }) => object.name === 'o-00777');
    const versions = ofOne.map(
      ({ object }) => JSON.parse(Buffer.from(object.json).toString()).metadata.resourceVersion,
    );
    expect(versions).toEqual(Array.from({ length: acknowledged }, (_, index) => String(index + 1)));
    expect(events).toHaveLength(2000 * acknowledged);
  }, 240_000);

  it('a point in time that is lost in the middle of a list is no end of it', async () => {
    const storage = await open('pit');
    await storage.resourceStorage(configMaps).write('c', upserts(1700));
    const names: string[] = [];
    for await (const { objects } of storage.resourceStorage(configMaps).list({})) {
      names.push(...objects.map(({ name }) => name));
      // Ends every context of the index.
      await ask(server.address, 'POST', '/pit-resources/_close');
      await ask(server.address, 'POST', '/pit-resources/_open');
      await ask(server.address, 'GET', '/_cluster/health/pit-resources?wait_for_status=yellow');
    }
    expect(names).toHaveLength(1700);
    expect(new Set(names).size).toBe(1700);
  }, 60_000);

  it('no memory for a write is UNAVAILABLE, and nothing of what was written stands in the error, which ends in logs', async () => {
    const storage = await open('breaker');
    const { write } = storage.resourceStorage(configMaps);
    await write('c', upserts(1));
    const limit = (bytes: string | null) =>
      ask(server.address, 'PUT', '/_cluster/settings', {
        persistent: { 'network.breaker.inflight_requests.limit': bytes },
      });
    await limit('20kb');
    const refused = await write('c', upserts(200)).then(
      () => 'written',
      (error: unknown) => error,
    );
    await limit(null);
    expect(refused).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(inspect(refused, { depth: 30 })).toMatch(/circuit_breaking_exception/);
    expect(inspect(refused, { depth: 30 })).not.toMatch(/o-00|xxxxxxxxxx/);
    await write('c', upserts(200));
    expect(await listNames(storage)).toHaveLength(200);
  }, 60_000);

  it('a storm of 429 slows writes down, and they are all done', async () => {
    await server.kill();
    await server.restart({ 'indexing_pressure.memory.limit': '5mb', 'thread_pool.write.queue_size': 2 });
    const busy = { count: 0 };
    const silent = { increment() {}, set() {}, observe() {} };
    const host = {
      metrics: {
        counter: (name: string) =>
          name === 'busy_total'
            ? {
                increment: (by = 1) => {
                  busy.count += by;
                },
              }
            : silent,
        gauge: () => silent,
        histogram: () => silent,
      },
    };
    const storage = await openStorage(server.address, 'storm', { host });
    opened.push(storage);
    const clusters = Array.from({ length: 12 }, (_, index) => `c${index}`);
    await Promise.all(
      clusters.map((cluster) =>
        eventually(() => storage.resourceStorage(configMaps).write(cluster, upserts(1000, { cluster }))),
      ),
    );
    expect(busy.count).toBeGreaterThan(0);
    expect(await listNames(storage)).toHaveLength(12_000);
    await server.kill();
    await server.restart({});
  }, 240_000);

  it('an index without a copy of its shard (red) is UNAVAILABLE and unhealthy, never empty', async () => {
    const storage = await open('red');
    await storage.resourceStorage(configMaps).write('c', upserts(50));
    const settings = (await ask(server.address, 'GET', '/red-resources-v1-000001/_settings')) as Readonly<
      Record<string, { settings: { index: { uuid: string } } }>
    >;
    const { uuid = '' } = settings['red-resources-v1-000001']?.settings.index ?? {};
    const shard = join(server.folder, 'data/indices', uuid, '0');
    await server.kill();
    renameSync(shard, join(server.folder, 'shard'));
    await server.restart({});
    await expect(listNames(storage)).rejects.toMatchObject({
      code: expect.stringMatching(/UNAVAILABLE|TIMEOUT/),
      retryable: true,
    });
    await expect(storage.resourceStorage(configMaps).write('c', upserts(50, { version: '2' }))).rejects.toMatchObject({
      code: expect.stringMatching(/UNAVAILABLE|TIMEOUT/),
      retryable: true,
    });
    expect(await storage.health()).toMatchObject({ healthy: false, reason: expect.stringContaining('red') });
    await server.kill();
    rmSync(shard, { recursive: true, force: true });
    renameSync(join(server.folder, 'shard'), shard);
    await server.restart({});
    expect(await eventually(() => listNames(storage))).toHaveLength(50);
    await eventually(() => storage.resourceStorage(configMaps).write('c', upserts(50, { version: '2' })));
    expect(await storage.health()).toEqual({ healthy: true });
  }, 480_000);
});
