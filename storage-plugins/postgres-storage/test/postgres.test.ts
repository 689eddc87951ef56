import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ListOptions, ObjectChange, StorageFactory, WatchEvent } from '@clusterdex/storage-contract';
import { afterAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { migrations } from '../src/schema.js';
import {
  address,
  configMap,
  configMaps,
  countObjects,
  dropSchema,
  notRun,
  openStorage,
  run,
  until,
} from './support.js';

const script = path.join(import.meta.dirname, 'write-in-process.js');
const upsert = (object: ReturnType<typeof configMap>): ObjectChange => ({ type: 'upsert', object });
const schemas: string[] = [];

function newSchema(): string {
  const schema = `test_${randomBytes(8).toString('hex')}`;
  schemas.push(schema);
  return schema;
}

async function names(storage: StorageFactory, options: ListOptions): Promise<string[]> {
  const found: string[] = [];
  for await (const batch of storage.resourceStorage(configMaps).list(options)) {
    found.push(...batch.objects.map(({ name }) => name));
  }
  return found;
}

async function revisionOf(storage: StorageFactory): Promise<string> {
  for await (const { revision } of storage.resourceStorage(configMaps).list({ limit: 1 })) return revision ?? '';
  return '';
}

/** Reads a watch until so many events have come. */
async function events(storage: StorageFactory, revision: string, count: number): Promise<readonly WatchEvent[]> {
  const controller = new AbortController();
  const seen: WatchEvent[] = [];
  const watch = storage.resourceStorage(configMaps).watch?.({}, revision, controller.signal) ?? [];
  for await (const batch of watch) {
    seen.push(...batch.events);
    if (seen.length >= count) controller.abort();
  }
  return seen;
}

const withServer = address === undefined ? describe.skip : describe;
if (address === undefined) it.skip(notRun, () => {});
afterAll(async () => {
  for (const schema of schemas) await dropSchema(schema);
});

withServer('several processes and one schema', () => {
  it('ten that start at once on an empty database all write', async () => {
    const schema = newSchema();
    const processes = Array.from({ length: 10 }, (_, index) =>
      spawn(process.execPath, [script, schema, `cluster-${index}`, '20'], { stdio: ['ignore', 'ignore', 'inherit'] }),
    );
    const codes = await Promise.all(processes.map(async (child) => (await once(child, 'exit'))[0]));
    expect(codes).toEqual(Array(10).fill(0));
    const storage = await openStorage(schema);
    expect(await countObjects(storage)).toBe(200);
    await storage.shutdown();
  }, 60_000);

  it('two that write the same cluster by mistake leave the newest of each object, and a log that says how', async () => {
    const schema = newSchema();
    const [one, two] = await Promise.all([openStorage(schema), openStorage(schema)]);
    const start = await revisionOf(one);
    const versions = Array.from({ length: 40 }, (_, index) => 1 + ((index * 7) % 40));
    const writes = versions.map((version, index) => {
      const changes = Array.from({ length: 20 }, (_, object) =>
        upsert(configMap('c', `object-${(object + index) % 20}`, { resourceVersion: String(version) })),
      );
      return (index % 2 === 0 ? one : two).resourceStorage(configMaps).write('c', changes);
    });
    const results = await Promise.all(writes);
    const written = results.reduce((sum, result) => sum + result.written, 0);
    const stored = await run(`SELECT resource_version FROM "${schema}".resources`);
    expect(stored).toEqual(Array(20).fill({ resource_version: '40' }));
    const seen = await events(two, start, written);
    expect(seen.filter(({ type }) => type === 'ADDED')).toHaveLength(20);
    const newest = new Map<string, number>();
    for (const { object } of seen) {
      const version = Number(JSON.parse(Buffer.from(object.json).toString()).metadata.resourceVersion);
      expect(version).toBeGreaterThan(newest.get(object.name) ?? 0);
      newest.set(object.name, version);
    }
    await Promise.all([one.shutdown(), two.shutdown()]);
  }, 60_000);

  it('a watch loses nothing when transactions commit in another order than they began', async () => {
    const schema = newSchema();
    const [writer, watcher] = await Promise.all([openStorage(schema), openStorage(schema)]);
    const start = await revisionOf(watcher);
    await writer.resourceStorage(configMaps).write('a', [upsert(configMap('a', 'first'))]);
    // The writer of cluster a is held up within its transaction: behind its lock, before its commit.
    const slow = new pg.Client({ connectionString: address });
    await slow.connect();
    await slow.query('BEGIN');
    await slow.query(`SELECT * FROM "${schema}".resources WHERE cluster = 'a' FOR UPDATE`);
    const held = writer
      .resourceStorage(configMaps)
      .write('a', [upsert(configMap('a', 'first', { resourceVersion: '2' }))]);
    const waiting = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%UPDATE resources%'`;
    await until(async () => (await run(waiting))[0]?.count !== 0);
    await writer.resourceStorage(configMaps).write('b', [upsert(configMap('b', 'second'))]);
    const early = await events(watcher, start, 2);
    expect(early.map(({ type, object }) => `${type} ${object.name}`)).toEqual(['ADDED first', 'ADDED second']);
    await slow.query('COMMIT');
    await slow.end();
    await held;
    const late = await events(watcher, early.at(-1)?.revision ?? '', 1);
    expect(late.map(({ type, object }) => `${type} ${object.name}`)).toEqual(['MODIFIED first']);
    expect(Number(late[0]?.revision)).toBeGreaterThan(Number(early[1]?.revision));
    await Promise.all([writer.shutdown(), watcher.shutdown()]);
  }, 60_000);
});

withServer('what was acknowledged', () => {
  it('survives SIGKILL of the writer', async () => {
    const schema = newSchema();
    const child = spawn(process.execPath, [script, schema, 'c', '100000'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let acknowledged = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line);
      if (acknowledged >= 1000) child.kill('SIGKILL');
    }
    const storage = await openStorage(schema);
    expect(acknowledged).toBeGreaterThanOrEqual(1000);
    expect(await countObjects(storage)).toBeGreaterThanOrEqual(acknowledged);
    await storage.shutdown();
  }, 60_000);
});

withServer('changes that are no longer kept', () => {
  it('are EXPIRED for who is behind, and removed', async () => {
    const schema = newSchema();
    const storage = await openStorage(schema, { historyChanges: 10 });
    const start = await revisionOf(storage);
    const write = (from: number, count: number) =>
      storage.resourceStorage(configMaps).write(
        'c',
        Array.from({ length: count }, (_, index) => upsert(configMap('c', `object-${from + index}`))),
      );
    await write(0, 1500);
    await write(1500, 5);
    const kept = `SELECT count(*)::int AS count FROM "${schema}".changes`;
    await until(async () => Number((await run(kept))[0]?.count) <= 1000);
    await expect(events(storage, start, 1)).rejects.toMatchObject({ code: 'EXPIRED' });
    const now = await revisionOf(storage);
    await write(2000, 1);
    expect((await events(storage, now, 1)).map(({ object }) => object.name)).toEqual(['object-2000']);
    await storage.shutdown();
  }, 60_000);
});

withServer('a database that is not ours', () => {
  it('with tables of another program is refused and left alone', async () => {
    const schema = newSchema();
    await run(`CREATE SCHEMA "${schema}"`);
    await run(`CREATE TABLE "${schema}".recipes (name text)`);
    await expect(openStorage(schema)).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('another program (recipes)'),
    });
    expect(await run('SELECT count(*)::int AS count FROM pg_tables WHERE schemaname = $1', [schema])).toEqual([
      { count: 1 },
    ]);
  });

  it('of a newer version is refused, naming both versions', async () => {
    const schema = newSchema();
    await (await openStorage(schema)).shutdown();
    await run(`UPDATE "${schema}".clusterdex_schema SET version = 99`);
    await expect(openStorage(schema)).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringMatching(new RegExp(`version 99.*up to ${migrations.length}`)),
    });
  });

  it('that does not exist, or that nobody serves, is a clear error without the password', async () => {
    const { hostname, port } = new URL(address ?? '');
    for (const dsn of [
      `postgres://postgres:hunter2@${hostname}:${port}/no-such`,
      'postgres://u:hunter2@127.0.0.1:1/d',
    ]) {
      const error: unknown = await openStorage('s', { dsn }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'UNAVAILABLE' });
      expect(`${error}`).toMatch(/127.0.0.1:\d+\/(?:no-such|d)/);
      expect(`${error} ${error instanceof Error ? error.stack : ''}`).not.toContain('hunter2');
    }
  });
});

withServer('searches', () => {
  it('in SQL with a name that does not exist are INVALID, naming it', async () => {
    const storage = await openStorage(newSchema());
    await storage.resourceStorage(configMaps).write('c', [upsert(configMap('c', 'a', { data: { color: 'red' } }))]);
    const list = (statement: string, parameters: readonly (string | readonly string[])[]) =>
      names(storage, { rawQuery: { statement, parameters } });
    expect(await list('name IN ? AND namespace = ?', [['a', 'b'], 'default'])).toEqual(['a']);
    expect(await list("object -> 'data' ->> 'color' = ?", ['red'])).toEqual(['a']);
    expect(await list("name = '?' OR name = ?", ['b'])).toEqual([]);
    await expect(list('nmae = ?', ['a'])).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('nmae'),
    });
    await expect(
      list("set_config('search_path', 'x', false) = ? AND pg_notify('x', 'y') IS NULL", ['x']),
    ).resolves.toEqual([]);
    await storage.shutdown();
  });

  it('for a text with NUL, which PostgreSQL does not have, find nothing', async () => {
    const storage = await openStorage(newSchema());
    await storage.resourceStorage(configMaps).write('c', [upsert(configMap('c', 'a'))]);
    expect(await names(storage, { names: { in: ['a\0'] } })).toEqual([]);
    expect(await names(storage, { names: { notIn: ['a\0'] } })).toEqual(['a']);
    expect(await names(storage, { labelSelector: [{ key: '\0', operator: 'notExists', values: [] }] })).toEqual(['a']);
    await storage.shutdown();
  });

  it('that are aborted end on the server too', async () => {
    const schema = newSchema();
    const storage = await openStorage(schema);
    await storage.resourceStorage(configMaps).write('c', [upsert(configMap('c', 'a'))]);
    const controller = new AbortController();
    const rawQuery = { statement: 'name = ? OR pg_sleep(30) IS NOT NULL', parameters: [schema] };
    const listing = storage
      .resourceStorage(configMaps)
      .list({ rawQuery }, controller.signal)
      [Symbol.asyncIterator]()
      .next();
    const sleeping = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(30)%' AND query NOT LIKE '%pg_stat_activity%'`;
    await until(async () => (await run(sleeping))[0]?.count !== 0);
    controller.abort();
    await expect(listing).rejects.toMatchObject({ code: 'TIMEOUT' });
    await until(async () => (await run(sleeping))[0]?.count === 0);
    await storage.shutdown();
  }, 60_000);
});
