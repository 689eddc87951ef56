import { prepareObject, type StorageFactory, type WatchEvent } from '@clusterdex/storage-contract';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { testedDatabases } from './tested-storages.js';

const pods = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true } as const;
const upserts = (count: number, resourceVersion = '1') =>
  Array.from({ length: count }, (_, index) => {
    const metadata = { name: `pod-${index}`, namespace: 'n', uid: `u${index}`, resourceVersion };
    const json = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { data: 'x'.repeat(1000) } });
    return { type: 'upsert' as const, object: prepareObject(Buffer.from(json), { cluster: 'c' }) };
  });

async function namesOf(factory: StorageFactory): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { objects } of factory.resourceStorage(pods).list({}))
    names.push(...objects.map(({ name }) => name));
  return names;
}

async function revisionOf(factory: StorageFactory): Promise<string> {
  for await (const { revision } of factory.resourceStorage(pods).list({ limit: 1 })) return revision ?? '';
  return '';
}

/** As a client does: goes on behind the last change that it saw, whatever ends the watch. */
async function followThroughErrors(factory: StorageFactory, start: string, count: number): Promise<WatchEvent[]> {
  const seen: WatchEvent[] = [];
  let revision = start;
  const controller = new AbortController();
  while (seen.length < count) {
    try {
      for await (const batch of factory.resourceStorage(pods).watch?.({}, revision, controller.signal) ?? []) {
        seen.push(...batch.events);
        revision = batch.revision;
        if (seen.length >= count) return seen;
      }
    } catch (error) {
      expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    }
  }
  return seen;
}

describe.each(testedDatabases())('$name behind a network that fails', ({ name, config, notRun }) => {
  if (config === undefined) {
    it.skip(notRun, () => {});
    return;
  }
  const folder = temporaryFolder();
  const opened: (OpenedStorage | TcpProxy)[] = [];
  afterAll(async () => {
    for (const each of opened) await each.close();
  });

  async function open(
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<{ proxy: TcpProxy; factory: StorageFactory }> {
    const dsn = new URL(String(config?.dsn));
    const proxy = await startTcpProxy({ host: dsn.hostname, port: Number(dsn.port) });
    dsn.port = String(proxy.port);
    const storage = await openTestStorage(name, {
      dataDirectory: folder,
      config: { ...config, dsn: dsn.href, ...more },
    });
    opened.unshift(storage);
    opened.push(proxy);
    return { proxy, factory: storage.factory };
  }

  it('a write whose connection is cut is all there when it is repeated', async () => {
    const { proxy, factory } = await open();
    await factory.prepareCluster('c');
    let cuts = 0;
    for (let version = 1; version <= 5; version++) {
      const changes = upserts(2000, String(version));
      const write = () => factory.resourceStorage(pods).write('c', changes);
      const before = proxy.received;
      const writing = write();
      const cut = (async () => {
        // Somewhere in the middle of what goes to the server.
        while (proxy.received - before < version * 300_000) await new Promise(setImmediate);
        proxy.cut();
      })();
      await Promise.all([
        cut,
        writing.catch((error: unknown) => {
          cuts++;
          expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
        }),
      ]);
      const { written, unchanged } = await write();
      expect(written + unchanged).toBe(2000);
    }
    expect(cuts).toBeGreaterThan(0);
    const found = await factory.resourceStorage(pods).get('c', 'n', 'pod-1999');
    expect(JSON.parse(Buffer.from(found.json).toString()).metadata.resourceVersion).toBe('5');
    expect(await namesOf(factory)).toHaveLength(2000);
  }, 60_000);

  it('a list that is cut is UNAVAILABLE, never short, and the next one is whole', async () => {
    const { proxy, factory } = await open();
    await factory.resourceStorage(pods).write('c', upserts(2000, '9'));
    const batches = factory.resourceStorage(pods).list({})[Symbol.asyncIterator]();
    await batches.next();
    proxy.refuse();
    const rest = async () => {
      for (let next = await batches.next(); !next.done; ) next = await batches.next();
    };
    await expect(rest()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(await factory.health()).toMatchObject({ healthy: false });
    proxy.restore();
    expect(await namesOf(factory)).toHaveLength(2000);
    expect(await factory.health()).toEqual({ healthy: true });
  }, 60_000);

  it('a watch that is cut goes on where it was, and misses nothing', async () => {
    const { proxy, factory } = await open();
    const { factory: writer } = await open();
    const start = await revisionOf(factory);
    const following = followThroughErrors(factory, start, 30);
    for (let round = 0; round < 30; round++) {
      await writer.resourceStorage(pods).write('c', upserts(1, String(100 + round)));
      if (round % 7 === 3) proxy.cut();
    }
    const versions = (await following).map(
      ({ object }) => JSON.parse(Buffer.from(object.json).toString()).metadata.resourceVersion,
    );
    expect(versions).toEqual(Array.from({ length: 30 }, (_, round) => String(100 + round)));
  }, 60_000);

  it('a connection that says nothing any more leaves the others alone, and who waits for one in vain is told', async () => {
    const { proxy, factory } = await open({ connPool: { maxOpenConns: 1, waitMilliseconds: 500 } });
    await revisionOf(factory);
    proxy.stall();
    const stuck = revisionOf(factory).catch((error: unknown) => error);
    // Who asks in the same moment shares the look at the database that gets stuck.
    await new Promise(setImmediate);
    await expect(revisionOf(factory)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    proxy.cut();
    expect(await stuck).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(await revisionOf(factory)).toMatch(/^\d+$/);
  }, 60_000);
});
