import { expect, it } from '@jest/globals';
import { batch, configMaps, describeEvent, revisionOf, until, watched } from './support/objects.js';
import { minute, withOwnServers } from './support/with-servers.js';

withOwnServers('transactions of others', (server) => {
  const { kind, newStore, run } = server;

  it(
    'that deadlock with a write: the write is made again',
    async () => {
      const store = newStore();
      const params = kind.looksForDeadlocksSoon;
      const storage = await kind.open(store, { config: { dsn: server.address, params } });
      await configMaps(storage).write('c', batch('c', 0));
      const other = await kind.connect(server.address);
      for (const text of kind.lockObjects(store)) await other.query(text);
      const writing = configMaps(storage).write('c', batch('c', 0, { resourceVersion: '2' }));
      await until(async () => Number((await run(kind.countWaiting))[0]?.count) > 0);
      // It can only be had once the deadlock has ended the write's transaction.
      await other.query(kind.lockOfWriter(store));
      await other.query('ROLLBACK');
      expect(await writing).toEqual({ written: 20, unchanged: 0 });
      await other.end();
      await storage.shutdown();
    },
    minute,
  );

  it(
    'that make a write fail to serialize: it is made again, a few times',
    async () => {
      const store = newStore();
      const storage = await kind.open(store, { config: { dsn: server.address } });
      await configMaps(storage).write('c', batch('c', 0));
      const start = await revisionOf(storage);
      await run(...kind.failToSerialize(store, 'fourth'));
      expect(await configMaps(storage).write('c', batch('c', 1))).toEqual({ written: 20, unchanged: 0 });
      expect((await watched(storage, start, 20)).map(describeEvent)).toHaveLength(20);
      await run(...kind.failToSerialize(store, 'none'));
      await expect(configMaps(storage).write('c', batch('c', 2))).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: true,
      });
      await run(...kind.failToSerialize(store, undefined));
      expect(await configMaps(storage).write('c', batch('c', 2))).toEqual({ written: 20, unchanged: 0 });
      await storage.shutdown();
    },
    minute,
  );

  it(
    'and defaults of the database for isolation do not matter',
    async () => {
      const store = newStore();
      const config = { dsn: server.address, params: kind.strictIsolation };
      const [one, two] = await Promise.all([kind.open(store, { config }), kind.open(store, { config })]);
      const start = await revisionOf(one);
      const writes = Array.from({ length: 40 }, (_, index) =>
        configMaps(index % 2 === 0 ? one : two).write(`c-${index % 5}`, batch(`c-${index % 5}`, index)),
      );
      expect(await Promise.all(writes)).toEqual(Array(40).fill({ written: 20, unchanged: 0 }));
      expect(new Set((await watched(two, start, 800)).map(describeEvent)).size).toBe(800);
      await Promise.all([one.shutdown(), two.shutdown()]);
    },
    minute,
  );
});
