import { expect, it } from '@jest/globals';
import { insist } from './support/insist.js';
import {
  addedBy,
  batch,
  configMaps,
  countObjects,
  describeEvent,
  revisionOf,
  until,
  watched,
} from './support/objects.js';
import { minute, withOwnServers } from './support/with-servers.js';

withOwnServers('a server that is killed', (server) => {
  const { kind, newStore, run } = server;
  const open = (store = newStore()) => kind.open(store, { config: { dsn: server.address } });

  for (const signal of kind.killSignals) {
    it(
      `with ${signal} in the middle of a list: UNAVAILABLE, and the same storage reads on when it is back`,
      async () => {
        const storage = await open();
        await configMaps(storage).write('c', batch('c', 0, { count: 300, bytes: 20_000 }));
        const list = configMaps(storage).list({})[Symbol.asyncIterator]();
        expect((await list.next()).value?.count).toBeLessThan(300);
        await server.own.kill(signal);
        const rest = (async () => {
          while (!(await list.next()).done);
        })();
        await expect(rest).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
        expect(await storage.health()).toMatchObject({ healthy: false, reason: expect.stringContaining('127.0.0.1') });
        await server.own.restart();
        expect(await insist(() => countObjects(storage))).toBe(300);
        expect(await storage.health()).toEqual({ healthy: true });
        await storage.shutdown();
      },
      minute,
    );

    it(
      `with ${signal} in the middle of writes: what was acknowledged is there, batches are whole, and each may be sent again`,
      async () => {
        const store = newStore();
        const storage = await open(store);
        await configMaps(storage).write('a', batch('a', 0));
        const start = await revisionOf(storage);
        const clusters = ['a', 'b', 'c'];
        const acknowledged: string[] = [];
        const failures = Promise.allSettled(
          clusters.map(async (cluster) => {
            for (let number = 1; ; number++) {
              await configMaps(storage).write(cluster, batch(cluster, number));
              acknowledged.push(`${cluster} ${number}`);
            }
          }),
        );
        await until(async () => acknowledged.length >= 20);
        await server.own.kill(signal);
        for (const failure of await failures) {
          expect(failure).toMatchObject({ reason: { code: 'UNAVAILABLE', retryable: true } });
        }
        await server.own.restart();
        const stored = await run(kind.countBatches(store));
        expect(stored.map((row) => row.batch)).toEqual(expect.arrayContaining(acknowledged));
        expect(new Set(stored.map(({ count }) => count))).toEqual(new Set([20]));
        const last = Math.max(...stored.map((row) => Number(String(row.batch).split(' ')[1]))) + 1;
        for (const cluster of clusters) {
          for (let number = 1; number <= last; number++) {
            await insist(() => configMaps(storage).write(cluster, batch(cluster, number)));
          }
        }
        const total = clusters.length * last * 20;
        const seen = await watched(storage, start, total);
        expect(seen).toHaveLength(total);
        expect(new Set(seen.map(describeEvent)).size).toBe(total);
        expect(seen.every(({ type }) => type === 'ADDED')).toBe(true);
        await storage.shutdown();
      },
      minute,
    );

    it(
      `with ${signal} in the middle of a watch: it ends UNAVAILABLE, and goes on where it was`,
      async () => {
        const storage = await open();
        const start = await revisionOf(storage);
        await configMaps(storage).write('c', batch('c', 0));
        const watch = configMaps(storage).watch?.({}, start, new AbortController().signal)[Symbol.asyncIterator]();
        const first = await watch?.next();
        const waiting = watch?.next();
        await Promise.all([
          server.own.kill(signal),
          expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true }),
        ]);
        await server.own.restart();
        await insist(() => configMaps(storage).write('c', batch('c', 1)));
        const seen = [
          ...(first?.value?.events ?? []),
          ...(await insist(() => watched(storage, first?.value?.revision ?? '', 20))),
        ];
        expect(seen.map(describeEvent)).toEqual(addedBy([...batch('c', 0), ...batch('c', 1)]));
        await storage.shutdown();
      },
      minute,
    );
  }

  it(
    'and stays away: opening says UNAVAILABLE and where',
    async () => {
      await server.own.kill('SIGKILL');
      await expect(open()).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: true,
        message: expect.stringContaining(new URL(server.address).host),
      });
      await server.own.restart();
    },
    minute,
  );
});
