import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { ListOptions, StorageFactory } from '@clusterdex/storage-contract';
import { parseFullText } from '@clusterdex/storage-contract/selection';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { configMap, configMaps, defaults, openStorage, temporaryDirectory } from './support.js';

const cluster = 'c';
let directory: string;
let storage: StorageFactory;

beforeEach(async () => {
  directory = await temporaryDirectory();
  storage = await openStorage(directory);
  await storage.prepareCluster(cluster);
});
afterEach(async () => {
  await storage.shutdown();
  await rm(directory, { recursive: true });
});

async function find(
  query: string,
  more: ListOptions = {},
): Promise<{ names: string[]; remaining: number | undefined }> {
  const names: string[] = [];
  let remaining: number | undefined;
  const fullText = parseFullText(query);
  if (fullText === undefined) throw new Error('no query');
  for await (const batch of storage.resourceStorage(configMaps).list({ ...more, fullText })) {
    names.push(...batch.objects.map(({ name }) => name));
    remaining = batch.remainingItemCount;
  }
  return { names, remaining };
}

async function write(names: readonly string[], text: string, resourceVersion = '1'): Promise<void> {
  const changes = names.map(
    (name) => ({ type: 'upsert', object: configMap(cluster, name, { resourceVersion, data: { text } }) }) as const,
  );
  await storage.resourceStorage(configMaps).write(cluster, changes);
}

interface IndexState {
  readonly indexedId: number | null;
  readonly lastId: number;
  readonly stale: number;
  readonly words: number;
}

function readState(): IndexState {
  const database = new Database(path.join(directory, defaults.file), { readonly: true });
  try {
    const statement = `SELECT indexed_id AS indexedId, last_id AS lastId, (SELECT count(*) FROM stale_words) AS stale,
      (SELECT count(*) FROM words_docsize) AS words FROM revision`;
    return database.prepare(statement).get() as IndexState;
  } finally {
    database.close();
  }
}

async function untilIndexed(): Promise<IndexState> {
  const end = Date.now() + 20_000;
  for (let state = readState(); ; state = readState()) {
    if (state.indexedId === state.lastId && state.stale === 0) return state;
    if (Date.now() > end) throw new Error(`not indexed: ${JSON.stringify(state)}`);
    await setTimeout(10);
  }
}

const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `o${String(from + index).padStart(5, '0')}`);

describe('the index of words', () => {
  it('begins with the first search, and follows what is written', async () => {
    await write(range(0, 50), 'alpha beta');
    await write(range(50, 60), 'beta alpha');
    expect(readState()).toMatchObject({ indexedId: null, words: 0 });
    expect((await find('alpha')).names).toHaveLength(60);
    expect(await untilIndexed()).toMatchObject({ words: 60 });
    expect((await find('"alpha beta"')).names).toEqual(range(0, 50));

    await write(range(0, 10), 'gamma', '2');
    await write(range(60, 65), 'gamma');
    await storage
      .resourceStorage(configMaps)
      .write(cluster, [{ type: 'delete', namespace: 'default', name: 'o00064' }]);
    // Right away, whether the index has it or not.
    expect((await find('gamma')).names).toEqual([...range(0, 10), ...range(60, 64)]);
    expect((await find('alpha')).names).toEqual(range(10, 60));
    expect(await untilIndexed()).toMatchObject({ words: 64 });
    expect((await find('gamma')).names).toEqual([...range(0, 10), ...range(60, 64)]);
    expect((await find('alpha -"beta alpha"')).names).toEqual(range(10, 50));
    expect((await find('-gamma')).names).toEqual(range(10, 60));
    expect((await find('-"alpha beta" -gamma')).names).toEqual(range(50, 60));
    expect((await find('-alpha')).names).toEqual([...range(0, 10), ...range(60, 64)]);
    await storage.cleanCluster(cluster);
    expect((await find('gamma OR alpha')).names).toEqual([]);
    expect(await untilIndexed()).toMatchObject({ words: 0 });
  });

  it('finds many and few, in any order, and counts them', async () => {
    for (let from = 0; from < 5000; from += 1000) await write(range(from, from + 1000), 'many words');
    await write(range(1000, 1003), 'many few', '2');
    await find('many');
    for (const indexed of [false, true]) {
      if (indexed) await untilIndexed();
      expect(await find('many', { limit: 3, withRemainingCount: true })).toEqual({
        names: range(0, 3),
        remaining: 4997,
      });
      expect((await find('"many words"', { limit: 2, start: { offset: 999 } })).names).toEqual(['o00999', 'o01003']);
      expect(await find('few', { limit: 2, withRemainingCount: true })).toEqual({
        names: range(1000, 1002),
        remaining: 1,
      });
      expect(await find('ma* -wor*', { withRemainingCount: true })).toEqual({ names: range(1000, 1003), remaining: 0 });
      const orderBy = [{ by: { column: 'name' }, descending: true }] as const;
      expect((await find('many', { orderBy, limit: 2 })).names).toEqual(['o04999', 'o04998']);
    }
  });

  it('goes on where it was when it is opened again, and is dropped when it is not wanted', async () => {
    await write(range(0, 20), 'alpha');
    await find('alpha');
    await untilIndexed();
    await storage.shutdown();
    storage = await openStorage(directory);
    await write(range(20, 30), 'alpha');
    expect(await untilIndexed()).toMatchObject({ words: 30 });
    await storage.shutdown();

    storage = await openStorage(directory, { fullTextIndex: false });
    expect(readState()).toMatchObject({ indexedId: null, stale: 0, words: 0 });
    await write(range(0, 5), 'beta', '2');
    expect((await find('alpha')).names).toEqual(range(5, 30));
    expect(readState()).toMatchObject({ indexedId: null, stale: 0, words: 0 });
    await storage.shutdown();

    storage = await openStorage(directory);
    expect((await find('alpha')).names).toEqual(range(5, 30));
    expect(await untilIndexed()).toMatchObject({ words: 30 });
    expect((await find('beta')).names).toEqual(range(0, 5));
  });

  it('is shared by processes that write to one file', async () => {
    const other = await openStorage(directory);
    try {
      await write(range(0, 10), 'alpha');
      await find('alpha');
      await untilIndexed();
      const changes = range(5, 15).map(
        (name) =>
          ({
            type: 'upsert',
            object: configMap(cluster, name, { resourceVersion: '2', data: { text: 'beta' } }),
          }) as const,
      );
      await other.resourceStorage(configMaps).write(cluster, changes);
      expect((await find('alpha')).names).toEqual(range(0, 5));
      expect((await find('beta')).names).toEqual(range(5, 15));
    } finally {
      await other.shutdown();
    }
  });

  it('takes phrases of as many words as a query may have', async () => {
    const words = Array.from({ length: 250 }, (_, index) => `w${index}`).join(' ');
    await write(['long'], words);
    await write(['other'], words.split(' ').reverse().join(' '));
    await find('long');
    await untilIndexed();
    expect((await find(`"${words.slice(0, 990)}"`)).names).toEqual(['long']);
    expect((await find(words.split(' ').slice(0, 32).join(' '))).names).toEqual(['long', 'other']);
    expect((await find(words.split(' ').slice(0, 32).join(' OR '))).names).toEqual(['long', 'other']);
  });
});
