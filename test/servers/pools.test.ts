import type { StorageFactory } from '@clusterdex/storage-contract';
import { expect, it } from '@jest/globals';
import { batch, configMaps, namesOf, until } from './support/objects.js';
import { minute, withOwnServers } from './support/with-servers.js';

withOwnServers('connections of a pool', (server) => {
  const { kind, newStore, run } = server;
  const one = { maxOpenConns: 1, maxWriteConns: 1, connMaxLifetimeSeconds: 0, waitMilliseconds: 1000 };
  const sleep = (storage: StorageFactory, seconds: number) =>
    namesOf(storage, { rawQuery: { statement: kind.sleep(seconds), parameters: ['x'] }, limit: 1 });
  const asleep = () => until(async () => Number((await run(kind.countSleeping))[0]?.count) > 0);

  it(
    'are waited for when all are busy, then UNAVAILABLE, naming the pool',
    async () => {
      const storage = await kind.open(newStore(), { config: { dsn: server.address, connPool: one } });
      await configMaps(storage).write('c', batch('c', 0, { count: 1 }));
      const get = () => configMaps(storage).get('c', 'default', 'object-0-0');
      const short = sleep(storage, 0.2);
      await asleep();
      await expect(get()).resolves.toMatchObject({ name: 'object-0-0' });
      await short;
      const long = sleep(storage, 2);
      long.catch(() => {});
      await asleep();
      await expect(get()).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: true,
        message: expect.stringMatching(/connPool\.maxOpenConns.*1000 ms/),
      });
      await expect(configMaps(storage).write('c', batch('c', 1))).resolves.toMatchObject({ written: 20 });
      await long;
      await expect(get()).resolves.toMatchObject({ name: 'object-0-0' });
      await storage.shutdown();
    },
    minute,
  );

  it(
    'that the server has no room for are UNAVAILABLE, and a statement that takes too long TIMEOUT',
    async () => {
      await kind.createUser(server.own, { name: 'few', password: 'few' });
      const dsn = new URL(server.address);
      dsn.username = 'few';
      dsn.password = 'few';
      const config = { dsn: dsn.href, statementTimeoutMilliseconds: 100 };
      const storage = await kind.open(newStore(), { config });
      await configMaps(storage).write('c', batch('c', 0));
      await expect(sleep(storage, 30)).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
      await run(kind.leaveNoRoom('few'));
      const held = await kind.connect(dsn.href).catch(() => undefined);
      await expect(kind.open(newStore(), { config })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: true,
        message: expect.stringContaining('no room'),
      });
      await held?.end();
      await storage.shutdown();
    },
    minute,
  );

  it(
    'are closed when they have lived as long as they may',
    async () => {
      const connPool = { ...one, connMaxLifetimeSeconds: 1 };
      const opened: number[] = [];
      const gauge = (name: string) => ({
        set: (value: number) => void (name === 'reads_connections_open' && opened.push(value)),
      });
      const host = {
        metrics: { counter: () => ({ increment() {} }), histogram: () => ({ observe() {} }), gauge },
      };
      const storage = await kind.open(newStore(), { config: { dsn: server.address, connPool }, host });
      await storage.health();
      expect(opened).toContain(1);
      const closed = () => opened.lastIndexOf(0) > opened.indexOf(1);
      await until(async () => (await storage.health()).healthy && closed());
      expect(await storage.health()).toEqual({ healthy: true });
      await storage.shutdown();
    },
    minute,
  );
});
