import path from 'node:path';
import type { ListOptions, StorageFactory } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { applicationId, migrations } from '../src/schema.js';
import { configMap, configMaps, openStorage, temporaryDirectory } from './support.js';

const withRows = { prefix: '1 ' };
const large = { text: 'x'.repeat(100_000) };

async function listed(storage: StorageFactory, options: ListOptions) {
  const found: { name: string; row: string | undefined; bytes: number; members: string }[] = [];
  for await (const batch of storage.resourceStorage(configMaps).list(options)) {
    for (const { name, row, json } of batch.objects) {
      const members = Object.keys(JSON.parse(Buffer.from(json).toString())).join();
      found.push({ name, row, bytes: json.length, members });
    }
  }
  return found;
}

const upsert = (object: ReturnType<typeof configMap>, row?: string) =>
  ({ type: 'upsert', object: row === undefined ? object : { ...object, row } }) as const;

describe('rows', () => {
  it('come with the metadata of large objects, which is kept apart, as the object is now', async () => {
    const storage = await openStorage(await temporaryDirectory());
    const { write } = storage.resourceStorage(configMaps);
    const metadata = 'apiVersion,kind,metadata';
    const seen = async () =>
      (await listed(storage, { withRows, onlyMetadata: true })).map(({ members, row }) => [members, row]);
    await write('c', [upsert(configMap('c', 'a', { data: large }), '1 a'), upsert(configMap('c', 'b'), '1 b')]);
    expect(await seen()).toEqual([
      [metadata, '1 a'],
      [metadata, '1 b'],
    ]);
    const grown = configMap('c', 'b', { data: large, resourceVersion: '22' });
    const shrunk = configMap('c', 'a', { resourceVersion: '333' });
    await write('c', [upsert(shrunk, '1 c'), upsert(grown, '1 d')]);
    const objects = await listed(storage, { withRows, onlyMetadata: true });
    expect(objects.map(({ row, bytes }) => [row, bytes])).toEqual([
      ['1 c', shrunk.metadataEnd + 1],
      ['1 d', grown.metadataEnd + 1],
    ]);
    await storage.shutdown();
  });
});

describe('a file from before there were rows', () => {
  it('keeps its objects, and takes rows', async () => {
    const directory = await temporaryDirectory();
    const earlier = new Database(path.join(directory, 'test.sqlite'));
    earlier.exec(migrations[0] ?? '');
    earlier.pragma(`application_id = ${applicationId}`);
    earlier.pragma('user_version = 1');
    earlier.exec("INSERT INTO types VALUES (1, '', 'v1', 'configmaps', 'ConfigMap', 1)");
    const objects = [configMap('c', 'a', { data: large }), configMap('c', 'b')];
    for (const [index, { name, json, metadataEnd }] of objects.entries()) {
      earlier
        .prepare("INSERT INTO resources VALUES (?, 1, 'c', 'default', ?, ?, '', '1', 1, NULL, 0, ?, ?, '')")
        .run(index + 1, name, `c-${name}`, metadataEnd, json.length);
      earlier.prepare('INSERT INTO objects VALUES (?, CAST(? AS TEXT))').run(index + 1, json);
    }
    earlier.close();

    const storage = await openStorage(directory);
    expect(storage.schema?.()).toEqual({ version: migrations.length, found: 1 });
    const whole = await listed(storage, { withRows, onlyMetadata: true });
    expect(whole.map(({ name, bytes }) => [name, bytes])).toEqual(objects.map(({ name, json }) => [name, json.length]));
    const result = await storage
      .resourceStorage(configMaps)
      .write('c', [upsert(configMap('c', 'a', { data: large }), '1 a'), upsert(configMap('c', 'b'), '1 b')]);
    expect(result).toEqual({ written: 0, unchanged: 2 });
    const reduced = await listed(storage, { withRows, onlyMetadata: true });
    expect(reduced.map(({ row, bytes }) => [row, bytes])).toEqual([
      ['1 a', (objects[0]?.metadataEnd ?? 0) + 1],
      ['1 b', (objects[1]?.metadataEnd ?? 0) + 1],
    ]);
    const rawQuery = { statement: 'object LIKE ?', parameters: ['%xxxxx%'] };
    expect((await listed(storage, { rawQuery })).map(({ name }) => name)).toEqual(['a']);
    await storage.shutdown();
  });
});
