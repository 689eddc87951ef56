import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectChange, StorageFactory, WatchEvent } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startCuttingProxy } from './cutting-proxy.js';
import { type OwnServer, ownServerNotRun, runOn, startOwnServer } from './own-server.js';
import { configMap, configMaps, countObjects, openStorage } from './support.js';

const withServer = ownServerNotRun === undefined ? describe : describe.skip;
if (ownServerNotRun !== undefined) it.skip(ownServerNotRun, () => {});
const minute = 60_000;
let server: OwnServer;
let schemas = 0;
const newSchema = () => `faults_${schemas++}`;

function batch(cluster: string, number: number, more: { count?: number; bytes?: number } = {}): ObjectChange[] {
  const data = { text: 'x'.repeat(more.bytes ?? 10) };
  return Array.from({ length: more.count ?? 20 }, (_, index) => ({
    type: 'upsert',
    object: configMap(cluster, `object-${number}-${index}`, { data }),
  }));
}

const pods = (storage: StorageFactory) => storage.resourceStorage(configMaps);

async function revisionOf(storage: StorageFactory): Promise<string> {
  for await (const { revision } of pods(storage).list({ limit: 1 })) return revision ?? '';
  return '';
}

/** Reads a watch until so many events have come. */
async function watched(storage: StorageFactory, revision: string, count: number): Promise<readonly WatchEvent[]> {
  const controller = new AbortController();
  const seen: WatchEvent[] = [];
  for await (const { events } of pods(storage).watch?.({}, revision, controller.signal) ?? []) {
    seen.push(...events);
    if (seen.length >= count) controller.abort();
  }
  return seen;
}

const nameOf = ({ type, object }: WatchEvent) => `${type} ${object.cluster}/${object.name}`;

/** Tries again for as long as the storage says that this may help. */
async function insist<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    }
  }
}

withServer('a server that is killed', () => {
  beforeAll(async () => {
    server = await startOwnServer();
  }, minute);
  afterAll(() => server.stop());

  for (const signal of ['SIGKILL', 'SIGQUIT'] as const) {
    it(
      `with ${signal} in the middle of a list: UNAVAILABLE, and the same storage reads on when it is back`,
      async () => {
        const storage = await openStorage(newSchema(), { dsn: server.address });
        await pods(storage).write('c', batch('c', 0, { count: 300, bytes: 20_000 }));
        const list = pods(storage).list({})[Symbol.asyncIterator]();
        expect((await list.next()).value?.count).toBeLessThan(300);
        await server.kill(signal);
        await expect(
          (async () => {
            while (!(await list.next()).done);
          })(),
        ).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
        expect(await storage.health()).toMatchObject({ healthy: false, reason: expect.stringContaining('127.0.0.1') });
        await server.restart();
        expect(await insist(() => countObjects(storage))).toBe(300);
        expect(await storage.health()).toEqual({ healthy: true });
        await storage.shutdown();
      },
      minute,
    );

    it(
      `with ${signal} in the middle of writes: what was acknowledged is there, batches are whole, and each may be sent again`,
      async () => {
        const schema = newSchema();
        const storage = await openStorage(schema, { dsn: server.address });
        await pods(storage).write('first', batch('first', 0, { count: 1 }));
        const start = await revisionOf(storage);
        const clusters = ['a', 'b', 'c'];
        const acknowledged: string[] = [];
        const failures = Promise.allSettled(
          clusters.map(async (cluster) => {
            for (let number = 0; ; number++) {
              await pods(storage).write(cluster, batch(cluster, number));
              acknowledged.push(`${cluster} ${number}`);
            }
          }),
        );
        while (acknowledged.length < 20) await storage.health();
        await server.kill(signal);
        for (const failure of await failures) {
          expect(failure).toMatchObject({ reason: { code: 'UNAVAILABLE', retryable: true } });
        }
        await server.restart();
        const stored = await runOn(
          server.address,
          `SELECT cluster || ' ' || split_part(name, '-', 2) AS batch, count(*)::int AS count FROM ${schema}.resources WHERE cluster <> 'first' GROUP BY 1`,
        );
        expect(stored.map(({ batch }) => batch)).toEqual(expect.arrayContaining(acknowledged));
        expect(new Set(stored.map(({ count }) => count))).toEqual(new Set([20]));
        const last = Math.max(...stored.map(({ batch }) => Number(String(batch).split(' ')[1]))) + 1;
        for (const cluster of clusters) {
          for (let number = 0; number <= last; number++) {
            await insist(() => pods(storage).write(cluster, batch(cluster, number)));
          }
        }
        const total = clusters.length * (last + 1) * 20;
        const seen = await watched(storage, start, total);
        expect(seen).toHaveLength(total);
        expect(new Set(seen.map(nameOf)).size).toBe(total);
        expect(seen.every(({ type }) => type === 'ADDED')).toBe(true);
        await storage.shutdown();
      },
      minute,
    );

    it(
      `with ${signal} in the middle of a watch: it ends UNAVAILABLE, and goes on where it was`,
      async () => {
        const storage = await openStorage(newSchema(), { dsn: server.address });
        const start = await revisionOf(storage);
        await pods(storage).write('c', batch('c', 0));
        const watch = pods(storage).watch?.({}, start, new AbortController().signal)[Symbol.asyncIterator]();
        const first = await watch?.next();
        const waiting = watch?.next();
        await Promise.all([server.kill(signal), expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' })]);
        await server.restart();
        await insist(() => pods(storage).write('c', batch('c', 1)));
        const seen = [
          ...(first?.value?.events ?? []),
          ...(await insist(() => watched(storage, first?.value?.revision ?? '', 20))),
        ];
        expect(seen.map(nameOf)).toEqual(
          [...batch('c', 0), ...batch('c', 1)].map((change) =>
            change.type === 'upsert' ? `ADDED c/${change.object.name}` : '',
          ),
        );
        await storage.shutdown();
      },
      minute,
    );
  }

  it(
    'and stays away: opening says UNAVAILABLE and where',
    async () => {
      await server.kill('SIGQUIT');
      await expect(openStorage(newSchema(), { dsn: server.address })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: true,
        message: expect.stringContaining(new URL(server.address).host),
      });
      await server.restart();
    },
    minute,
  );
});

withServer('a connection', () => {
  beforeAll(async () => {
    server = await startOwnServer();
  }, minute);
  afterAll(() => server.stop());

  const throughProxy = async () => {
    const { hostname, port } = new URL(server.address);
    const proxy = await startCuttingProxy({ host: hostname, port: Number(port) });
    const dsn = new URL(server.address);
    dsn.port = String(proxy.port);
    return { proxy, dsn: dsn.href };
  };

  it(
    'that is cut anywhere in a batch loses nothing and writes nothing twice',
    async () => {
      const { proxy, dsn } = await throughProxy();
      const connPool = { maxOpenConns: 1, maxWriteConns: 1, connMaxLifetimeSeconds: 0, waitMilliseconds: 20_000 };
      const storage = await openStorage(newSchema(), { dsn, connPool });
      const start = await revisionOf(storage);
      // Until every statement is prepared, a write is larger.
      const warmUp = 5;
      for (let number = 0; number < warmUp; number++) {
        proxy.count('requests');
        proxy.count('answers');
        await pods(storage).write('c', batch('c', number));
      }
      const sizes = { requests: proxy.count('requests'), answers: proxy.count('answers') };
      const results = [];
      let number = warmUp;
      const cuts = 16;
      for (const direction of ['requests', 'answers'] as const) {
        for (let cut = 0; cut < cuts; cut++, number++) {
          // The last one is the last byte: of an answer, the commit's.
          proxy.cutAfter(direction, Math.floor(((sizes[direction] - 1) * cut) / (cuts - 1)));
          const failed = await pods(storage)
            .write('c', batch('c', number))
            .catch((error: unknown) => error);
          expect([direction, cut, proxy.wasCut(), failed]).toMatchObject([
            direction,
            cut,
            true,
            { code: 'UNAVAILABLE', retryable: true },
          ]);
          results.push(await insist(() => pods(storage).write('c', batch('c', number))));
        }
      }
      // Both had happened: a commit before the cut, and none.
      expect(results).toContainEqual({ written: 20, unchanged: 0 });
      expect(results).toContainEqual({ written: 0, unchanged: 20 });
      const seen = await watched(storage, start, number * 20);
      expect(seen.map(nameOf)).toEqual(
        Array.from({ length: number }, (_, index) => batch('c', index))
          .flat()
          .map((change) => (change.type === 'upsert' ? `ADDED c/${change.object.name}` : '')),
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
      const storage = await openStorage(newSchema(), { dsn });
      await pods(storage).write('c', batch('c', 0, { count: 100, bytes: 5000 }));
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
      const connPool = { maxOpenConns: 1, maxWriteConns: 1, connMaxLifetimeSeconds: 0, waitMilliseconds: 500 };
      const storage = await openStorage(newSchema(), { dsn, statementTimeoutMilliseconds: 200, connPool });
      await pods(storage).write('c', batch('c', 0));
      proxy.freeze();
      await expect(countObjects(storage)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
      await expect(pods(storage).write('c', batch('c', 1))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await storage.shutdown();
      await proxy.close();
    },
    minute,
  );

  it(
    'is waited for when all are busy, then UNAVAILABLE, naming the pool',
    async () => {
      const connPool = { maxOpenConns: 1, maxWriteConns: 1, connMaxLifetimeSeconds: 0, waitMilliseconds: 1000 };
      const storage = await openStorage(newSchema(), { dsn: server.address, connPool });
      await pods(storage).write('c', batch('c', 0, { count: 1 }));
      const sleep = (seconds: number) =>
        pods(storage)
          .list({
            rawQuery: { statement: `name = ? OR pg_sleep(${seconds}) IS NOT NULL`, parameters: ['x'] },
            limit: 1,
          })
          [Symbol.asyncIterator]()
          .next();
      const get = () => pods(storage).get('c', 'default', 'object-0-0');
      const sleeping = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event = 'PgSleep'`;
      const asleep = async () => {
        while ((await runOn(server.address, sleeping))[0]?.count === 0);
      };
      const short = sleep(0.2);
      await asleep();
      await expect(get()).resolves.toMatchObject({ name: 'object-0-0' });
      await short;
      const long = sleep(2);
      long.catch(() => {});
      await asleep();
      await expect(get()).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: true,
        message: expect.stringMatching(/connPool\.maxOpenConns.*1000 ms/),
      });
      await expect(pods(storage).write('c', batch('c', 1))).resolves.toMatchObject({ written: 20 });
      await long;
      await expect(get()).resolves.toMatchObject({ name: 'object-0-0' });
      await storage.shutdown();
    },
    minute,
  );

  it(
    'that the server has no room for is UNAVAILABLE, and a statement that takes too long TIMEOUT',
    async () => {
      await runOn(server.address, 'CREATE ROLE few SUPERUSER LOGIN');
      const dsn = new URL(server.address);
      dsn.username = 'few';
      const storage = await openStorage(newSchema(), { dsn: dsn.href, statementTimeoutMilliseconds: 100 });
      await pods(storage).write('c', batch('c', 0));
      const slow = pods(storage).list({
        rawQuery: { statement: 'name = ? OR pg_sleep(30) IS NOT NULL', parameters: ['x'] },
      });
      await expect(slow[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
      await storage.shutdown();
      await runOn(server.address, 'ALTER ROLE few NOSUPERUSER CONNECTION LIMIT 0');
      await expect(openStorage(newSchema(), { dsn: dsn.href })).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: true,
        message: expect.stringContaining('no room'),
      });
    },
    minute,
  );
});

withServer('transactions of others', () => {
  beforeAll(async () => {
    server = await startOwnServer();
  }, minute);
  afterAll(() => server.stop());

  it(
    'that deadlock with a write: the write is made again',
    async () => {
      const schema = newSchema();
      const storage = await openStorage(schema, { dsn: server.address, params: { deadlock_timeout: '500ms' } });
      await pods(storage).write('c', batch('c', 0));
      const other = new pg.Client({ connectionString: server.address });
      await other.connect();
      await other.query("SET deadlock_timeout = '60s'");
      await other.query('BEGIN');
      await other.query(`SELECT * FROM ${schema}.resources FOR UPDATE`);
      const changes = batch('c', 0).map((change): ObjectChange => {
        const object = configMap('c', change.type === 'upsert' ? change.object.name : '', { resourceVersion: '2' });
        return { type: 'upsert', object };
      });
      const writing = pods(storage).write('c', changes);
      const waiting = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%resources%'`;
      while ((await runOn(server.address, waiting))[0]?.count === 0);
      const [lock] = (await other.query(`SELECT id FROM ${schema}.types`)).rows;
      // Held by the write: it can only be had once the deadlock has ended the write's transaction.
      await other.query(`SELECT pg_advisory_xact_lock(${lock.id}, hashtext('c'))`);
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
      const schema = newSchema();
      const storage = await openStorage(schema, { dsn: server.address });
      await pods(storage).write('c', batch('c', 0));
      const start = await revisionOf(storage);
      await runOn(
        server.address,
        `CREATE SEQUENCE ${schema}.tries;
       CREATE FUNCTION ${schema}.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF nextval('${schema}.tries') % 4 <> 0 THEN RAISE EXCEPTION 'could not serialize' USING ERRCODE = '40001'; END IF;
         RETURN NULL; END $$;
       CREATE TRIGGER fail AFTER UPDATE ON ${schema}.revision FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.fail()`,
      );
      expect(await pods(storage).write('c', batch('c', 1))).toEqual({ written: 20, unchanged: 0 });
      expect((await watched(storage, start, 20)).map(nameOf)).toHaveLength(20);
      await runOn(
        server.address,
        `CREATE OR REPLACE FUNCTION ${schema}.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'could not serialize' USING ERRCODE = '40001'; END $$`,
      );
      await expect(pods(storage).write('c', batch('c', 2))).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: true,
      });
      await runOn(server.address, `DROP TRIGGER fail ON ${schema}.revision`);
      expect(await pods(storage).write('c', batch('c', 2))).toEqual({ written: 20, unchanged: 0 });
      await storage.shutdown();
    },
    minute,
  );

  it(
    'and defaults of the database for isolation do not matter',
    async () => {
      const schema = newSchema();
      const params = { default_transaction_isolation: 'serializable' };
      const storages = await Promise.all([0, 1].map(() => openStorage(schema, { dsn: server.address, params })));
      const start = await revisionOf(storages[0] as StorageFactory);
      const writes = Array.from({ length: 40 }, (_, index) =>
        pods(storages[index % 2] as StorageFactory).write(`c-${index % 5}`, batch(`c-${index % 5}`, index)),
      );
      expect(await Promise.all(writes)).toEqual(Array(40).fill({ written: 20, unchanged: 0 }));
      expect(new Set((await watched(storages[1] as StorageFactory, start, 800)).map(nameOf)).size).toBe(800);
      await Promise.all(storages.map((storage) => storage.shutdown()));
    },
    minute,
  );
});

/** A small disk, where this process may mount one. */
const disk = mkdtempSync(join(tmpdir(), 'clusterdex-disk-'));
const mount = (...options: string[]) =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', options.join(','), 'tmpfs', disk]).status === 0;
const mounted = ownServerNotRun === undefined && mount('size=12m', 'mode=777');
afterAll(() => {
  if (mounted) spawnSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true, force: true });
});

withServer('a disk that is full', () => {
  if (!mounted) {
    it.skip('not run: this process may not mount a tmpfs', () => {});
    return;
  }
  beforeAll(async () => {
    server = await startOwnServer();
  }, minute);
  afterAll(() => server.stop());

  it(
    'is UNAVAILABLE and says so; reads go on, and so do writes when there is room',
    async () => {
      if (server.user.uid !== undefined) chownSync(disk, server.user.uid, server.user.gid ?? 0);
      await runOn(server.address, `CREATE TABLESPACE small LOCATION '${disk}'`);
      const storage = await openStorage(newSchema(), { dsn: server.address, params: { default_tablespace: 'small' } });
      let acknowledged = 0;
      const random = (number: number) =>
        batch('c', number, { count: 50 }).map((change): ObjectChange => {
          const text = Array.from({ length: 400 }, (_, index) =>
            ((number + 1) * 7919 * (index + 1)).toString(36),
          ).join();
          const object = configMap('c', change.type === 'upsert' ? change.object.name : '', { data: { text } });
          return { type: 'upsert', object };
        });
      const failure = await (async () => {
        for (;;) {
          await pods(storage).write('c', random(acknowledged));
          acknowledged++;
        }
      })().catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 'UNAVAILABLE',
        retryable: true,
        message: expect.stringMatching(/disk .* is full/),
      });
      expect(acknowledged).toBeGreaterThan(2);
      expect(await countObjects(storage)).toBe(acknowledged * 50);
      expect(mount('remount', 'size=64m')).toBe(true);
      expect(await pods(storage).write('c', random(acknowledged))).toEqual({ written: 50, unchanged: 0 });
      expect(await countObjects(storage)).toBe((acknowledged + 1) * 50);
      await storage.shutdown();
      await runOn(server.address, `DROP SCHEMA IF EXISTS faults_${schemas - 1} CASCADE`);
    },
    minute,
  );
});
