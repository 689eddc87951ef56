import { type ListOptions, type ObjectBatch, prepareObject, type StorageFactory } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { ObjectCache } from '../src/object-cache.js';
import { Statements } from '../src/statements.js';
import { configMap, configMaps, openStorage, temporaryDirectory } from './support.js';

const decoder = new TextDecoder();

/** A page as a client gets it: the JSON of its items. */
function page(storage: StorageFactory, options: { limit: number; offset?: number }): Promise<string[]> {
  const { limit, offset } = options;
  return list(storage, { limit, ...(offset !== undefined && { start: { offset } }) });
}

async function list(storage: StorageFactory, options: ListOptions): Promise<string[]> {
  const items: string[] = [];
  for await (const batch of storage.resourceStorage(configMaps).list(options)) {
    items.push(...itemsOf(batch));
  }
  return items;
}

/** The JSON of each, undefined for one that does not exist. */
function gets(storage: StorageFactory, names: readonly string[]): Promise<(string | undefined)[]> {
  const { get } = storage.resourceStorage(configMaps);
  return Promise.all(
    names.map((name) =>
      get('c', 'default', name).then(
        ({ json }) => decoder.decode(json),
        (error: { code: string }) => {
          if (error.code !== 'NOT_FOUND') throw error;
          return undefined;
        },
      ),
    ),
  );
}

/** A page as a Table is made of it: the row of each object, or its JSON where it has none. */
async function rowsOf(storage: StorageFactory, options: { limit: number; offset: number; prefix: string }) {
  const { limit, offset, prefix } = options;
  const found: string[] = [];
  const asked = { limit, start: { offset }, onlyMetadata: true, withRows: { prefix } };
  for await (const batch of storage.resourceStorage(configMaps).list(asked)) {
    for (const { name, json, row } of batch.objects) {
      const text = decoder.decode(json);
      const fits = text.includes(`"name":"${name}"`) && text.includes('"data":') === (row === undefined);
      found.push(fits ? (row ?? text) : `${name} with ${row} beside ${text}`);
    }
  }
  return found;
}

function itemsOf({ joined, objects }: ObjectBatch): string[] {
  if (joined === undefined) return objects.map(({ json }) => decoder.decode(json));
  return (JSON.parse(`[${decoder.decode(joined)}]`) as unknown[]).map((item) => JSON.stringify(item));
}

function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('pages that are asked for again and again', () => {
  // Objects of 2 KB on average: the smallest cache is emptied and filled all the time.
  it.each([1, 8])(
    'are what is stored, whoever writes, with a cache of %d MB',
    async (objectCacheMegabytes) => {
      const directory = await temporaryDirectory();
      const reader = await openStorage(directory, { objectCacheMegabytes });
      const writer = await openStorage(directory, { historyChanges: 100 });
      const below = random(7);
      const stored = new Map<string, string>();
      const rows = new Map<string, string>();
      const names = Array.from({ length: 700 }, (_, index) => `m-${String(index).padStart(4, '0')}`);
      for (let step = 1; step <= 120; step++) {
        const changes = Array.from({ length: step % 60 === 0 ? 3000 : below(4) }, () => {
          const name = `m-${String(below(700)).padStart(4, '0')}`;
          if (below(8) === 0) {
            stored.delete(name);
            rows.delete(name);
            return { type: 'delete' as const, namespace: 'default', name };
          }
          const known = stored.get(name);
          const prefix = `${below(2)} `;
          if (known !== undefined && below(3) === 0) {
            // The same object with another row, which the log of changes does not say.
            const object = { ...prepareObject(Buffer.from(known), { cluster: 'c' }), row: `${prefix}${known.length}` };
            rows.set(name, object.row);
            return { type: 'upsert' as const, object };
          }
          const data = { step: `${step}`, text: 'é'.repeat(below(4000)) };
          const labels = { group: `${below(40)}` };
          const object = configMap('c', name, { resourceVersion: `${step}`, data, labels });
          stored.set(name, decoder.decode(object.json));
          rows.delete(name);
          if (below(4) === 0) return { type: 'upsert' as const, object };
          const row = `${prefix}${object.json.length}`;
          rows.set(name, row);
          return { type: 'upsert' as const, object: { ...object, row } };
        });
        const by = below(2) === 0 ? reader : writer;
        const writing = by.resourceStorage(configMaps).write('c', changes);
        // A page that is read while somebody writes may not leave anything old behind.
        await Promise.all([
          writing,
          page(reader, { limit: 500 }),
          page(reader, { limit: 300, offset: below(300) }),
          page(reader, { limit: 20, offset: below(300) }),
          list(reader, { labelSelector: [{ key: 'group', operator: 'in', values: ['7'] }] }),
          rowsOf(reader, { limit: 400, offset: below(300), prefix: `${below(2)} ` }),
          gets(reader, names),
        ]);
        const expected = [...stored].sort(([a], [b]) => (a < b ? -1 : 1));
        expect(await gets(reader, names)).toEqual(names.map((name) => stored.get(name)));
        const offset = below(200);
        const whole = expected.map(([, json]) => json).slice(offset, offset + 400);
        expect(await page(reader, { limit: 400, offset })).toEqual(whole);
        const prefix = `${below(2)} `;
        const shown = expected.map(([name, json]) => (rows.get(name)?.startsWith(prefix) ? rows.get(name) : json));
        expect(await rowsOf(reader, { limit: 400, offset, prefix })).toEqual(shown.slice(offset, offset + 400));
        // So few are looked up by the caller itself.
        expect(await page(reader, { limit: 20, offset })).toEqual(whole.slice(0, 20));
        expect(await rowsOf(reader, { limit: 20, offset, prefix })).toEqual(shown.slice(offset, offset + 20));
        for (const value of ['7', `${below(40)}`]) {
          const labelSelector = [{ key: 'group', operator: 'in' as const, values: [value] }];
          const labelled = expected.map(([, json]) => json).filter((json) => json.includes(`"group":"${value}"`));
          expect(await list(reader, { labelSelector })).toEqual(labelled);
        }
      }
      await Promise.all([reader.shutdown(), writer.shutdown()]);
    },
    60_000,
  );

  it('are found anew by a condition in SQL, which may find something else each time', async () => {
    const storage = await openStorage(await temporaryDirectory());
    const objects = Array.from({ length: 100 }, (_, index) => configMap('c', `m-${index}`));
    await storage.resourceStorage(configMaps).write(
      'c',
      objects.map((object) => ({ type: 'upsert', object })),
    );
    const half = () => list(storage, { limit: 100, rawQuery: { statement: 'random() % 2 = 0', parameters: [] } });
    expect(await half()).not.toEqual(await half());
    await storage.shutdown();
  });

  it('come in batches of at most 4 MB, from the cache as from the file', async () => {
    const storage = await openStorage(await temporaryDirectory());
    const large = Array.from({ length: 60 }, (_, index) =>
      configMap('c', `m-${index + 10}`, { data: { text: 'x'.repeat(200_000) } }),
    );
    await storage.resourceStorage(configMaps).write(
      'c',
      large.map((object) => ({ type: 'upsert', object })),
    );
    for (let round = 0; round < 4; round++) {
      const batches: ObjectBatch[] = [];
      for await (const batch of storage.resourceStorage(configMaps).list({ limit: 100 })) batches.push(batch);
      expect(batches.map(({ count }) => count)).toEqual([20, 20, 20]);
      expect(batches.flatMap(itemsOf)).toEqual(large.map(({ json }) => decoder.decode(json)));
    }
    await storage.shutdown();
  }, 60_000);

  it('are not made of what was read before a change that is known already', () => {
    const database = new Database(':memory:');
    database.exec('CREATE TABLE revision (revision INTEGER, trimmed INTEGER, row_changes INTEGER)');
    const cache = new ObjectCache(new Statements(database), 2 ** 20);
    cache.follow({ revision: 5, rowChanges: 0 });
    cache.keep(
      1,
      { cluster: 'c', namespace: '', name: 'old', json: Buffer.from('{}') },
      { revision: 4, rowChanges: 0 },
    );
    cache.keep(
      2,
      { cluster: 'c', namespace: '', name: 'new', json: Buffer.from('{}') },
      { revision: 5, rowChanges: 0 },
    );
    expect([cache.get(1), cache.get(2)?.name]).toEqual([undefined, 'new']);
    database.close();
  });
});
