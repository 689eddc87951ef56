import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from '@jest/globals';
import { batch, configMaps, countObjects, revisionOf, until, upsert, watched } from './support/objects.js';
import { minute, withServers } from './support/with-servers.js';

const script = join(import.meta.dirname, 'support/write-in-process.js');

withServers('several processes and one store', ({ kind, newStore, run, address }) => {
  it(
    'ten that start at once on an empty database all write',
    async () => {
      const store = newStore();
      const processes = Array.from({ length: 10 }, (_, index) =>
        spawn(process.execPath, [script, kind.name, store, `cluster-${index}`, '20'], {
          stdio: ['ignore', 'ignore', 'inherit'],
        }),
      );
      const codes = await Promise.all(processes.map(async (child) => (await once(child, 'exit'))[0]));
      expect(codes).toEqual(Array(10).fill(0));
      const storage = await kind.open(store);
      expect(await countObjects(storage)).toBe(200);
      await storage.shutdown();
    },
    minute,
  );

  it(
    'two that write the same cluster by mistake leave the newest of each object, and a log that says how',
    async () => {
      const store = newStore();
      const [one, two] = await Promise.all([kind.open(store), kind.open(store)]);
      const start = await revisionOf(one);
      const versions = Array.from({ length: 40 }, (_, index) => 1 + ((index * 7) % 40));
      const writes = versions.map((version, index) => {
        const changes = Array.from({ length: 20 }, (_, object) =>
          upsert('c', `object-${(object + index) % 20}`, { resourceVersion: String(version) }),
        );
        return configMaps(index % 2 === 0 ? one : two).write('c', changes);
      });
      const results = await Promise.all(writes);
      const written = results.reduce((sum, result) => sum + result.written, 0);
      expect(await run(kind.resourceVersions(store))).toEqual(Array(20).fill({ resource_version: '40' }));
      const seen = await watched(two, start, written);
      expect(seen.filter(({ type }) => type === 'ADDED')).toHaveLength(20);
      const newest = new Map<string, number>();
      for (const { object } of seen) {
        const version = Number(JSON.parse(Buffer.from(object.json).toString()).metadata.resourceVersion);
        expect(version).toBeGreaterThan(newest.get(object.name) ?? 0);
        newest.set(object.name, version);
      }
      await Promise.all([one.shutdown(), two.shutdown()]);
    },
    minute,
  );

  it(
    'a watch loses nothing when transactions commit in another order than they began',
    async () => {
      const store = newStore();
      const [writer, watcher] = await Promise.all([kind.open(store), kind.open(store)]);
      const start = await revisionOf(watcher);
      await configMaps(writer).write('a', [upsert('a', 'first')]);
      // The writer of cluster a is held up within its transaction: behind its lock, before its commit.
      const slow = await kind.connect(address);
      for (const text of kind.lockObjects(store)) await slow.query(text);
      const held = configMaps(writer).write('a', [upsert('a', 'first', { resourceVersion: '2' })]);
      await until(async () => Number((await run(kind.countWaiting))[0]?.count) > 0);
      await configMaps(writer).write('b', [upsert('b', 'second')]);
      const early = await watched(watcher, start, 2);
      expect(early.map(({ type, object }) => `${type} ${object.name}`)).toEqual(['ADDED first', 'ADDED second']);
      await slow.query('ROLLBACK');
      await slow.end();
      await held;
      const late = await watched(watcher, early.at(-1)?.revision ?? '', 1);
      expect(late.map(({ type, object }) => `${type} ${object.name}`)).toEqual(['MODIFIED first']);
      expect(Number(late[0]?.revision)).toBeGreaterThan(Number(early[1]?.revision));
      await Promise.all([writer.shutdown(), watcher.shutdown()]);
    },
    minute,
  );

  it(
    'what was acknowledged survives SIGKILL of the writer',
    async () => {
      const store = newStore();
      const child = spawn(process.execPath, [script, kind.name, store, 'c', '100000'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let acknowledged = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged = Number(line);
        if (acknowledged >= 1000) child.kill('SIGKILL');
      }
      const storage = await kind.open(store);
      expect(acknowledged).toBeGreaterThanOrEqual(1000);
      expect(await countObjects(storage)).toBeGreaterThanOrEqual(acknowledged);
      await storage.shutdown();
    },
    minute,
  );

  it(
    'changes that are no longer kept are EXPIRED for who is behind, and removed',
    async () => {
      const store = newStore();
      const storage = await kind.open(store, { config: { historyChanges: 10 } });
      const start = await revisionOf(storage);
      await configMaps(storage).write('c', batch('c', 0, { count: 1500 }));
      await configMaps(storage).write('c', batch('c', 1, { count: 5 }));
      const kept = `SELECT count(*) AS count FROM ${store}.changes`;
      await until(async () => Number((await run(kept))[0]?.count) <= 1000);
      await expect(watched(storage, start, 1)).rejects.toMatchObject({ code: 'EXPIRED' });
      const now = await revisionOf(storage);
      await configMaps(storage).write('c', [upsert('c', 'newest')]);
      expect((await watched(storage, now, 1)).map(({ object }) => object.name)).toEqual(['newest']);
      await storage.shutdown();
    },
    minute,
  );
});
