import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { configMap, configMaps, countObjects, openStorage, temporaryDirectory } from './support.js';

const script = path.join(import.meta.dirname, 'write-in-process.js');
const upsert = (object: ReturnType<typeof configMap>) => [{ type: 'upsert' as const, object }];

describe('several processes and one file', () => {
  it('ten that start at once on an empty directory all write', async () => {
    const directory = await temporaryDirectory();
    const processes = Array.from({ length: 10 }, (_, index) =>
      spawn(process.execPath, [script, directory, `cluster-${index}`, '20'], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    const codes = await Promise.all(processes.map(async (child) => (await once(child, 'exit'))[0]));
    expect(codes).toEqual(Array(10).fill(0));
    const storage = await openStorage(directory);
    expect(await countObjects(storage)).toBe(200);
    await storage.shutdown();
  }, 60_000);

  it('a reader sees what another process wrote, types that it did not know included', async () => {
    const directory = await temporaryDirectory();
    const reader = await openStorage(directory);
    expect(await countObjects(reader)).toBe(0);
    const writer = await openStorage(directory);
    await writer.resourceStorage(configMaps).write('c', upsert(configMap('c', 'a')));
    expect(await countObjects(reader)).toBe(1);
    await Promise.all([reader.shutdown(), writer.shutdown()]);
  });

  it('answers UNAVAILABLE when another process keeps the file locked', async () => {
    const directory = await temporaryDirectory();
    const storage = await openStorage(directory, { busyTimeoutMilliseconds: 50 });
    const other = new Database(path.join(directory, 'test.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    const write = () => storage.resourceStorage(configMaps).write('c', upsert(configMap('c', 'a')));
    await expect(write()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining('locked by another process'),
    });
    other.exec('ROLLBACK');
    other.close();
    expect(await write()).toEqual({ written: 1, unchanged: 0 });
    await storage.shutdown();
  });
});

describe('what was acknowledged', () => {
  it('survives SIGKILL', async () => {
    const directory = await temporaryDirectory();
    const child = spawn(process.execPath, [script, directory, 'c', '100000'], { stdio: ['ignore', 'pipe', 'inherit'] });
    let acknowledged = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      acknowledged = Number(line);
      if (acknowledged >= 1000) child.kill('SIGKILL');
    }
    const storage = await openStorage(directory);
    expect(acknowledged).toBeGreaterThanOrEqual(1000);
    expect(await countObjects(storage)).toBeGreaterThanOrEqual(acknowledged);
    await storage.shutdown();
  }, 60_000);
});

describe('a file that is not ours', () => {
  it('of another program is refused and left alone', async () => {
    const directory = await temporaryDirectory();
    const other = new Database(path.join(directory, 'test.sqlite'));
    other.exec('CREATE TABLE recipes (name TEXT)');
    other.close();
    await expect(openStorage(directory)).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('another program'),
    });
  });

  it('that is no database is refused', async () => {
    const directory = await temporaryDirectory();
    await writeFile(
      path.join(directory, 'test.sqlite'),
      'this is a text file, not a database, and it is long enough to be looked at',
    );
    await expect(openStorage(directory)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('not a usable SQLite database'),
    });
  });

  it('of a newer version is refused, naming both versions', async () => {
    const directory = await temporaryDirectory();
    await (await openStorage(directory)).shutdown();
    const newer = new Database(path.join(directory, 'test.sqlite'));
    newer.pragma('user_version = 99');
    newer.close();
    await expect(openStorage(directory)).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringMatching(/version 99.*up to \d+/),
    });
  });

  it('in a folder that does not exist is a clear error', async () => {
    const directory = await temporaryDirectory();
    await expect(openStorage(directory, { file: 'missing/folder/x.sqlite' })).rejects.toMatchObject({
      message: expect.stringContaining('missing/folder/x.sqlite'),
    });
  });

  it('that was cut short is an error, not an empty answer', async () => {
    const directory = await temporaryDirectory();
    const storage = await openStorage(directory);
    const changes = Array.from({ length: 500 }, (_, index) => ({
      type: 'upsert' as const,
      object: configMap('c', `object-${index}`, { data: { text: 'x'.repeat(5000) } }),
    }));
    await storage.resourceStorage(configMaps).write('c', changes);
    await storage.shutdown();
    await truncate(path.join(directory, 'test.sqlite'), 100_000);
    const count = async () => countObjects(await openStorage(directory));
    await expect(count()).rejects.toMatchObject({ message: expect.stringContaining('not a usable SQLite database') });
  });
});

describe('searches', () => {
  it('in SQL with a name that does not exist are INVALID, naming it', async () => {
    const directory = await temporaryDirectory();
    const storage = await openStorage(directory);
    await storage.resourceStorage(configMaps).write('c', upsert(configMap('c', 'a')));
    const list = async (statement: string, parameters: readonly (string | readonly string[])[]) => {
      const names: string[] = [];
      for await (const batch of storage.resourceStorage(configMaps).list({ rawQuery: { statement, parameters } })) {
        names.push(...batch.objects.map(({ name }) => name));
      }
      return names;
    };
    expect(await list('name IN ? AND namespace = ?', [['a', 'b'], 'default'])).toEqual(['a']);
    expect(await list("name = '?' OR name = ?", ['b'])).toEqual([]);
    await expect(list('nmae = ?', ['a'])).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('nmae'),
    });
    await storage.shutdown();
  });
});

describe('a list that is being read', () => {
  it('does not contain an object that came after its first batch, in the place of one that went', async () => {
    const storage = await openStorage(await temporaryDirectory());
    const pages = storage.resourceStorage(configMaps);
    const named = (name: string) => configMap('c', name, { data: { text: 'x'.repeat(200_000) } });
    const names = Array.from({ length: 60 }, (_, index) => `m-${index + 10}`);
    await pages.write(
      'c',
      names.map((name) => ({ type: 'upsert', object: named(name) })),
    );
    const found: string[] = [];
    for await (const batch of pages.list({ limit: 100 })) {
      if (found.length === 0) {
        await pages.write('c', [{ type: 'delete', namespace: 'default', name: 'm-69' }]);
        await pages.write('c', upsert(named('later')));
      }
      found.push(...batch.objects.map(({ name }) => name));
    }
    expect(found).toEqual(names.slice(0, -1));
    await storage.shutdown();
  });
});
