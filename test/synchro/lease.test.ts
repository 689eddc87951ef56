import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isStorageError } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { fencedStorage } from '../../src/synchro/lease/fenced-storage.js';
import type { LeaseStore } from '../../src/synchro/lease/lease-store.js';
import { createStorageLeaseStore } from '../../src/synchro/lease/storage-lease-store.js';
import { createWriterLease, type WriterLease } from '../../src/synchro/lease/writer-lease.js';
import { type TestedStorage, testedStorages } from '../backends/tested-storages.js';
import { openTestStorage } from '../support/open-test-storage.js';

const logger = pino({ level: 'silent' });
const never = new AbortController().signal;

/** Two processes on one store are two storages that are opened on it; on memory there can be one only, which needs no lease. */
const shared = testedStorages({ everyServer: true }).filter(({ name }) => name !== 'memory');

for (const tested of shared) {
  if (tested.config === undefined)
    describe.skip(`leases in ${tested.name} (${tested.notRun})`, () => leaseTests(tested));
  else describe(`leases in ${tested.name}`, () => leaseTests(tested));
}

function leaseTests({ storage: storageName, config = {} }: TestedStorage): void {
  let dataDirectory: string;
  let storages: readonly OpenedStorage[];

  beforeAll(async () => {
    dataDirectory = mkdtempSync(join(tmpdir(), 'clusterdex-lease-'));
    const open = () => openTestStorage(storageName, { dataDirectory, config });
    storages = [await open(), await open()];
  }, 60_000);

  afterAll(async () => {
    await Promise.all((storages ?? []).map((storage) => storage.close()));
    rmSync(dataDirectory, { recursive: true });
  }, 60_000);

  const stores = (name: string): LeaseStore[] => storages.map(({ factory }) => createStorageLeaseStore(factory, name));

  describe('a lease in the storage', () => {
    it('is taken by exactly one of many who try at once, again and again', async () => {
      const [first, second] = stores('contended') as [LeaseStore, LeaseStore];
      for (let round = 0; round < 10; round++) {
        const previous = await first.read(never);
        const attempts = Array.from({ length: 10 }, (_, number) =>
          (number % 2 === 0 ? first : second).acquire(previous, { holder: `p${number}`, durationSeconds: 1 }, never),
        );
        const winners = (await Promise.all(attempts)).filter((record) => record !== undefined);
        expect(winners).toHaveLength(1);
        expect((await second.read(never))?.holder).toBe(winners[0]?.holder);
      }
    }, 60_000);

    it('is not renewed by whom another one has followed', async () => {
      const [first, second] = stores('fenced') as [LeaseStore, LeaseStore];
      const old = await first.acquire(undefined, { holder: 'old', durationSeconds: 1 }, never);
      if (old === undefined) throw new Error('nobody else is there');
      const renewed = await first.renew(old, never);
      expect(renewed).toBeDefined();
      const next = await second.acquire(await second.read(never), { holder: 'new', durationSeconds: 1 }, never);
      expect(next?.holder).toBe('new');
      expect(await first.renew(renewed ?? old, never)).toBeUndefined();
      expect((await first.read(never))?.holder).toBe('new');
    });
  });

  describe('the URL of a holder', () => {
    const wish = { holder: 'a', url: 'http://10.0.0.7:8080', durationSeconds: 1 };

    it('is in the record while it holds the lease, and not behind that', async () => {
      const [first, second] = stores('url') as [LeaseStore, LeaseStore];
      const taken = await first.acquire(undefined, wish, never);
      if (taken === undefined) throw new Error('nobody else is there');
      expect((await second.read(never))?.url).toBe(wish.url);
      const renewed = await first.renew(taken, never);
      expect((await second.read(never))?.url).toBe(wish.url);
      await first.release(renewed ?? taken, never);
      expect(await second.read(never)).not.toHaveProperty('url');
      await second.acquire(await second.read(never), { holder: 'b', durationSeconds: 1 }, never);
      expect(await first.read(never)).toMatchObject({ holder: 'b' });
      expect(await first.read(never)).not.toHaveProperty('url');
    });

    it('is known to those that stand by, as long as the lease lasts', async () => {
      const [first, second] = stores('known') as [LeaseStore, LeaseStore];
      await first.acquire(undefined, wish, never);
      let time = 0;
      const contender = createWriterLease({
        ...{ store: second, identity: 'b', url: 'http://b', logger, durationSeconds: 1, now: () => time },
      });
      expect(contender.holderUrl).toBeUndefined();
      const stopping = new AbortController();
      const running = contender.run(
        () => new Promise((resolve) => stopping.signal.addEventListener('abort', () => resolve())),
        stopping.signal,
      );
      await until(() => contender.holderUrl === wish.url);
      time = 1001;
      expect(contender.holderUrl).toBeUndefined();
      await until(() => contender.isHeld);
      expect(contender.holderUrl).toBe('http://b');
      stopping.abort();
      await running;
    }, 60_000);

    it.each(['http://admin:hunter2@10.0.0.7', 'javascript:alert(1)', 'http://10.0.0.7/?token=a', '//10.0.0.7', 7])(
      'counts as none when it is %s',
      async (url) => {
        const [first, second] = stores(`bad-${String(url).replace(/\W/g, '')}`) as [LeaseStore, LeaseStore];
        await first.acquire(undefined, { ...wish, url: url as string }, never);
        const contender = createWriterLease({ store: second, identity: 'b', logger, now: () => 0 });
        const stopping = new AbortController();
        const running = contender.run(async () => {}, stopping.signal);
        await until(() => contender.holder === 'a');
        expect(contender.holderUrl).toBeUndefined();
        stopping.abort();
        await running;
      },
    );
  });

  describe('of two that want to write', () => {
    // Long enough for what is written: Elasticsearch takes a good part of a second where much else goes on.
    const durationSeconds = storageName === 'elasticsearch' ? 3 : 1;

    interface Contender {
      readonly lease: WriterLease;
      readonly stop: () => Promise<void>;
      /** Intervals in which it wrote. */
      readonly spans: { readonly from: number; to?: number }[];
    }

    function contend(store: LeaseStore, identity: string): Contender {
      const stopping = new AbortController();
      const spans: { from: number; to?: number }[] = [];
      const lease = createWriterLease({ store, identity, logger, durationSeconds });
      const running = lease.run(async (signal) => {
        const span: { from: number; to?: number } = { from: performance.now() };
        spans.push(span);
        await aborted(signal);
        span.to = performance.now();
      }, stopping.signal);
      return {
        lease,
        spans,
        async stop() {
          stopping.abort();
          await running;
        },
      };
    }

    it('one does, and the other follows as soon as it ends', async () => {
      const [first, second] = stores('ends') as [LeaseStore, LeaseStore];
      const a = contend(first, 'a');
      await until(() => a.lease.isHeld);
      const b = contend(second, 'b');
      await until(() => b.lease.holder === 'a');
      expect(b.spans).toHaveLength(0);
      await a.stop();
      await until(() => b.lease.isHeld);
      expect(b.spans[0]?.from).toBeGreaterThan(a.spans[0]?.to ?? Number.POSITIVE_INFINITY);
      await b.stop();
    }, 60_000);

    it('the other follows within seconds when the first cannot reach the storage, and the first has stopped before', async () => {
      const [reachable, second] = stores('cut') as [LeaseStore, LeaseStore];
      let isCut = false;
      const first: LeaseStore = {
        ...reachable,
        renew: (held, signal) => (isCut ? Promise.reject(new Error('cut')) : reachable.renew(held, signal)),
        read: (signal) => (isCut ? Promise.reject(new Error('cut')) : reachable.read(signal)),
      };
      const a = contend(first, 'a');
      await until(() => a.lease.isHeld);
      const b = contend(second, 'b');
      await until(() => b.lease.holder === 'a');
      isCut = true;
      const cutAt = performance.now();
      await until(() => b.lease.isHeld);
      expect(performance.now() - cutAt).toBeLessThan(5000 * durationSeconds);
      expect(a.lease.isHeld).toBe(false);
      expect(a.spans[0]?.to).toBeLessThan(b.spans[0]?.from ?? 0);
      await Promise.all([a.stop(), b.stop()]);
    }, 60_000);
  });

  describe('a lease of a storage that hardly answers', () => {
    const messages: { readonly level: string; readonly msg: string }[] = [];
    const listening = pino(
      { level: 'info', formatters: { level: (level) => ({ level }) } },
      { write: (line: string) => void messages.push(JSON.parse(line) as (typeof messages)[number]) },
    );
    const errors = () => messages.filter(({ level }) => level === 'error').map(({ msg }) => msg);

    beforeEach(() => {
      messages.length = 0;
    });

    it('is lost by time alone, which is an error in the log, and counted', async () => {
      const [store] = stores('hangs') as [LeaseStore];
      const hanging: LeaseStore = {
        ...store,
        renew: (_held, signal) => aborted(signal).then(() => Promise.reject(new Error('nothing came'))),
      };
      const lease = createWriterLease({ store: hanging, identity: 'a', logger: listening, durationSeconds: 3 });
      const stopping = new AbortController();
      await lease.run(async (signal) => {
        await aborted(signal);
        stopping.abort();
      }, stopping.signal);
      expect(errors()).toEqual(['the lease could not be renewed in time; nothing is written any more']);
      expect(lease.losses).toBe(1);
    }, 60_000);

    it('is held from the beginning of writing on, though taking it took most of its time', async () => {
      const [store] = stores('slow') as [LeaseStore];
      let time = 0;
      let taken = 0;
      const slow: LeaseStore = {
        ...store,
        async acquire(previous, wish) {
          const record = await store.acquire(previous, wish, never);
          time += 2400;
          taken++;
          return record;
        },
      };
      const lease = createWriterLease({
        ...{ store: slow, identity: 'a', logger: listening, durationSeconds: 3, now: () => time },
      });
      const stopping = new AbortController();
      const isHeld: boolean[] = [];
      await lease.run(async () => {
        isHeld.push(lease.isHeld);
        stopping.abort();
      }, stopping.signal);
      expect(isHeld).toEqual([true]);
      expect(taken).toBe(1);
      expect(messages.filter(({ level }) => level !== 'info')).toEqual([]);
    }, 60_000);

    it('is not taken when others could have taken it meanwhile; that nobody writes is an error then', async () => {
      const [store] = stores('slower') as [LeaseStore];
      let time = 0;
      const slower: LeaseStore = {
        ...store,
        async acquire(previous, wish) {
          const record = await store.acquire(previous, wish, never);
          time += 4500;
          return record;
        },
      };
      const lease = createWriterLease({
        ...{ store: slower, identity: 'a', logger: listening, durationSeconds: 3, now: () => time },
      });
      const stopping = new AbortController();
      let writes = 0;
      const running = lease.run(async () => void writes++, stopping.signal);
      await until(() => errors().length > 0);
      expect(errors()).toEqual(['nobody writes: nobody holds the lease, and it cannot be taken']);
      expect(messages.some(({ level, msg }) => level === 'warn' && msg.includes('--leader-elect-lease-duration'))).toBe(
        true,
      );
      expect(writes).toBe(0);
      stopping.abort();
      await running;
    }, 60_000);
  });

  it('a storage that is fenced writes nothing without the lease, and reads on', async () => {
    const [storage] = storages as [OpenedStorage];
    let isHeld = true;
    const fenced = fencedStorage(storage.factory, () => isHeld);
    const type = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };
    const deletion = [{ type: 'delete', namespace: 'a', name: 'b' }] as const;
    await fenced.prepareCluster('a');
    await expect(fenced.resourceStorage(type).write('a', deletion)).resolves.toEqual({ written: 0, unchanged: 1 });
    isHeld = false;
    const writes = [
      () => fenced.resourceStorage(type).write('a', deletion),
      () => fenced.resourceStorage(type).recordEvents('a', []),
      () => fenced.cleanCluster('a'),
      () => fenced.cleanClusterResource('a', type),
      () => fenced.prepareCluster('a'),
      () => fenced.putClusterInventory({ cluster: 'a', health: { status: 'healthy' }, resources: [], updatedAt: 1 }),
    ];
    for (const write of writes) {
      const error: unknown = await write().catch((reason: unknown) => reason);
      expect(isStorageError(error) && error.code).toBe('UNAVAILABLE');
    }
    await expect(fenced.clusterInventories()).resolves.toBeDefined();
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it did not come to that within 20 seconds');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
