import { randomBytes } from 'node:crypto';
import type { ListOptions, ObjectChange, StorageFactory } from '@clusterdex/storage-contract';
import { createTestHost } from '@clusterdex/storage-contract/conformance';
import { parseFullText } from '@clusterdex/storage-contract/selection';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import plugin from 'postgres-storage';
import { defaults } from './support/defaults.js';
import { configMaps, until, upsert } from './support/objects.js';
import { postgres } from './support/postgres.js';

const cluster = 'c';
const { address = '', notRun } = postgres;

const openStorage = (schema: string, fullTextIndex = true) =>
  plugin.createStorageFactory(
    { dsn: address, ...defaults, preparedStatements: true, schema, fullTextIndex },
    createTestHost('/nonexistent'),
  );

async function run(text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = await postgres.connect(address);
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}

async function find(
  storage: StorageFactory,
  query: string,
  more: ListOptions = {},
): Promise<{ names: string[]; remaining: number | undefined }> {
  const names: string[] = [];
  let remaining: number | undefined;
  const fullText = parseFullText(query);
  if (fullText === undefined) throw new Error('no query');
  for await (const batch of configMaps(storage).list({ ...more, fullText })) {
    names.push(...batch.objects.map(({ name }) => name));
    remaining = batch.remainingItemCount;
  }
  return { names, remaining };
}

const put = (name: string, text: string, resourceVersion = '1'): ObjectChange =>
  upsert(cluster, name, { resourceVersion, data: { text } });
const remove = (name: string): ObjectChange => ({ type: 'delete', namespace: 'default', name });
const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `o${String(from + index).padStart(5, '0')}`);

if (address === '') describe('words in PostgreSQL', () => it.skip(notRun, () => {}));
else
  describe('words in PostgreSQL', () => {
    let schema: string;
    let storage: StorageFactory;
    const write = (changes: readonly ObjectChange[]) => configMaps(storage).write(cluster, changes);

    beforeEach(async () => {
      schema = `test_${randomBytes(8).toString('hex')}`;
      storage = await openStorage(schema);
      await storage.prepareCluster(cluster);
    });
    afterEach(async () => {
      await storage.shutdown();
      await run(postgres.drop(schema));
    });

    async function state(): Promise<{ begun: boolean; finished: boolean; stale: number; words: number }> {
      const [row] = await run(`SELECT backfilled IS NOT NULL AS begun, coalesce(backfilled > 1e15, false) AS finished,
        (SELECT count(*) FROM "${schema}".stale_words)::integer AS stale, (SELECT count(*) FROM "${schema}".words)::integer AS words
        FROM "${schema}".word_index`);
      return row as Awaited<ReturnType<typeof state>>;
    }

    async function untilIndexed(words: number): Promise<void> {
      await until(async () => {
        const now = await state();
        return now.finished && now.stale === 0 && now.words === words;
      });
    }

    it('are indexed from the first search on, and follow what is written', async () => {
      await write([
        ...range(0, 150).map((name) => put(name, 'alpha beta')),
        ...range(150, 160).map((name) => put(name, 'beta alpha')),
      ]);
      expect(await state()).toMatchObject({ begun: false, stale: 0, words: 0 });
      expect((await find(storage, 'alpha')).names).toHaveLength(160);
      await untilIndexed(160);
      expect(await find(storage, '"alpha beta"', { limit: 3, withRemainingCount: true })).toEqual({
        names: range(0, 3),
        remaining: 147,
      });

      await write([
        ...range(0, 10).map((name) => put(name, 'gamma', '2')),
        ...range(160, 165).map((name) => put(name, 'gamma')),
        remove('o00164'),
      ]);
      // Right away, whether the index has it or not.
      expect((await find(storage, 'gamma')).names).toEqual([...range(0, 10), ...range(160, 164)]);
      expect((await find(storage, 'alpha')).names).toEqual(range(10, 160));
      await untilIndexed(164);
      expect(await find(storage, 'gamma', { withRemainingCount: true, limit: 4 })).toEqual({
        names: range(0, 4),
        remaining: 10,
      });
      expect((await find(storage, 'al* -"beta alpha"')).names).toEqual(range(10, 150));
      expect((await find(storage, '-gamma')).names).toEqual(range(10, 160));
      await storage.cleanCluster(cluster);
      expect((await find(storage, 'gamma OR alpha')).names).toEqual([]);
      await untilIndexed(0);
    });

    it('are found where many have them, in the order of the list', async () => {
      await write(range(0, 3000).map((name) => put(name, 'many words')));
      await write(range(1000, 1003).map((name) => put(name, 'many few', '2')));
      await find(storage, 'many');
      await untilIndexed(3000);
      expect(await find(storage, 'many', { limit: 3, withRemainingCount: true })).toEqual({
        names: range(0, 3),
        remaining: 2997,
      });
      expect((await find(storage, '"many words"', { limit: 2, start: { offset: 999 } })).names).toEqual([
        'o00999',
        'o01003',
      ]);
      expect(await find(storage, 'few', { limit: 2, withRemainingCount: true })).toEqual({
        names: range(1000, 1002),
        remaining: 1,
      });
      const orderBy = [{ by: { column: 'name' }, descending: true }] as const;
      expect((await find(storage, 'many -few', { orderBy, limit: 2 })).names).toEqual(['o02999', 'o02998']);
    });

    it('may be more than an index holds', async () => {
      const words = Array.from({ length: 120_000 }, (_, index) => `w${index}`).join(' ');
      await write([put('huge', words), put('small', 'w5')]);
      await find(storage, 'w5');
      await untilIndexed(2);
      expect((await find(storage, 'w5')).names).toEqual(['huge', 'small']);
      expect((await find(storage, 'w119999')).names).toEqual(['huge']);
      expect((await find(storage, 'w5 -w119999')).names).toEqual(['small']);
    });

    it('are forgotten when the index is not wanted, and indexed again when it is', async () => {
      await write(range(0, 20).map((name) => put(name, 'alpha')));
      await find(storage, 'alpha');
      await untilIndexed(20);
      await storage.shutdown();
      storage = await openStorage(schema, false);
      expect(await state()).toMatchObject({ begun: false, stale: 0, words: 0 });
      await write([put('o00000', 'beta', '2')]);
      expect((await find(storage, 'alpha')).names).toEqual(range(1, 20));
      expect(await state()).toMatchObject({ begun: false, stale: 0, words: 0 });
      await storage.shutdown();
      storage = await openStorage(schema);
      expect((await find(storage, 'beta')).names).toEqual(['o00000']);
      await untilIndexed(20);
      expect((await find(storage, 'alpha')).names).toEqual(range(1, 20));
    });

    it('stay right while several servers write and index', async () => {
      const other = await openStorage(schema);
      const clusters = ['c', 'd', 'e'];
      const texts = new Map<string, string>();
      const vocabulary = ['alpha', 'beta', 'gamma', 'delta'];
      let turn = 0;
      const writeSome = async (at: string, through: StorageFactory, version: number): Promise<void> => {
        const changes = range(0, 60).flatMap((name, index): ObjectChange[] => {
          turn = (turn * 31 + index + version) % 1009;
          if (turn % 3 === 0) return [];
          if (turn % 7 === 0) {
            texts.delete(`${at}/${name}`);
            return [remove(name)];
          }
          const text = `${vocabulary[turn % 4]} ${vocabulary[(turn >> 2) % 4]}`;
          texts.set(`${at}/${name}`, text);
          return [upsert(at, name, { resourceVersion: String(version), data: { text } })];
        });
        await configMaps(through).write(at, changes);
      };
      try {
        await writeSome('c', storage, 1);
        const searches = ['alpha', '"beta gamma"', 'alpha -beta', 'delt*'];
        const searching = new AbortController();
        const searched = (async () => {
          while (!searching.signal.aborted) for (const query of searches) await find(other, query);
        })();
        for (let version = 2; version < 30; version += 1) {
          await Promise.all(clusters.map((at, index) => writeSome(at, index === 1 ? other : storage, version)));
        }
        searching.abort();
        await searched;
        for (const indexed of [false, true]) {
          if (indexed) await untilIndexed(texts.size);
          for (const query of [...searches, 'gamma OR alpha', '-delta']) {
            const expected = [...texts].filter(([, text]) => passes(query, text)).map(([key]) => key);
            const found: string[] = [];
            const fullText = parseFullText(query);
            for await (const batch of configMaps(storage).list(fullText === undefined ? {} : { fullText })) {
              found.push(...batch.objects.map((object) => `${object.cluster}/${object.name}`));
            }
            expect(found).toEqual(expected.sort());
          }
        }
      } finally {
        await other.shutdown();
      }
    });
  });

/** What the queries of the last test mean for two words. */
function passes(query: string, text: string): boolean {
  if (query === '"beta gamma"') return text === 'beta gamma';
  if (query === 'alpha -beta') return text.includes('alpha') && !text.includes('beta');
  if (query === 'gamma OR alpha') return text.includes('gamma') || text.includes('alpha');
  if (query === '-delta') return !text.includes('delta');
  return text.includes(query.replace('*', ''));
}
