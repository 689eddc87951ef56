import { expect, it } from '@jest/globals';
import { startCuttingProxy } from './support/cutting-proxy.js';
import { insist } from './support/insist.js';
import { addedBy, batch, configMaps, countObjects, describeEvent, revisionOf, watched } from './support/objects.js';
import { minute, withServers } from './support/with-servers.js';

withServers('a connection', ({ kind, newStore, address }) => {
  const throughProxy = async () => {
    const dsn = new URL(address);
    const proxy = await startCuttingProxy({ host: dsn.hostname, port: Number(dsn.port) });
    dsn.port = String(proxy.port);
    return { proxy, dsn: dsn.href };
  };
  const one = { maxOpenConns: 1, maxWriteConns: 1, connMaxLifetimeSeconds: 0 };

  it(
    'that is cut anywhere in a batch loses nothing and writes nothing twice',
    async () => {
      const { proxy, dsn } = await throughProxy();
      const connPool = { ...one, waitMilliseconds: 20_000 };
      const storage = await kind.open(newStore(), { config: { dsn, connPool } });
      const start = await revisionOf(storage);
      // Until every statement is prepared, a write is larger.
      const warmUp = 5;
      for (let number = 0; number < warmUp; number++) {
        proxy.count('requests');
        proxy.count('answers');
        await configMaps(storage).write('c', batch('c', number));
      }
      const sizes = { requests: proxy.count('requests'), answers: proxy.count('answers') };
      const results = [];
      let number = warmUp;
      const cuts = 16;
      for (const direction of ['requests', 'answers'] as const) {
        for (let cut = 0; cut < cuts; cut++, number++) {
          // The last one is the last byte: of an answer, the commit's.
          proxy.cutAfter(direction, Math.floor(((sizes[direction] - 1) * cut) / (cuts - 1)));
          const failed = await configMaps(storage)
            .write('c', batch('c', number))
            .catch((error: unknown) => error);
          expect([direction, cut, proxy.wasCut(), failed]).toMatchObject([
            direction,
            cut,
            true,
            { code: 'UNAVAILABLE', retryable: true },
          ]);
          results.push(await insist(() => configMaps(storage).write('c', batch('c', number))));
        }
      }
      // Both had happened: a commit before the cut, and none.
      expect(results).toContainEqual({ written: 20, unchanged: 0 });
      expect(results).toContainEqual({ written: 0, unchanged: 20 });
      const seen = await watched(storage, start, number * 20);
      expect(seen.map(describeEvent)).toEqual(
        addedBy(Array.from({ length: number }, (_, index) => batch('c', index)).flat()),
      );
      expect(await countObjects(storage)).toBe(number * 20);
      await storage.shutdown();
      await proxy.close();
    },
    minute,
  );

  it(
    'that is cut in the middle of a read ends UNAVAILABLE, never in a shorter list',
    async () => {
      const { proxy, dsn } = await throughProxy();
      const storage = await kind.open(newStore(), { config: { dsn } });
      await configMaps(storage).write('c', batch('c', 0, { count: 100, bytes: 5000 }));
      expect(await countObjects(storage)).toBe(100);
      proxy.count('answers');
      await countObjects(storage);
      const size = proxy.count('answers');
      for (let cut = 0; cut < 8; cut++) {
        proxy.cutAfter('answers', Math.floor((size * cut) / 8));
        await expect(countObjects(storage)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
        expect(await insist(() => countObjects(storage))).toBe(100);
      }
      await storage.shutdown();
      await proxy.close();
    },
    minute,
  );

  it(
    'over which nothing comes any more is given up',
    async () => {
      const { proxy, dsn } = await throughProxy();
      const connPool = { ...one, waitMilliseconds: 500 };
      const config = { dsn, statementTimeoutMilliseconds: 200, connPool };
      const storage = await kind.open(newStore(), { config });
      await configMaps(storage).write('c', batch('c', 0));
      proxy.freeze();
      await expect(countObjects(storage)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
      await expect(configMaps(storage).write('c', batch('c', 1))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await storage.shutdown();
      await proxy.close();
    },
    minute,
  );
});
