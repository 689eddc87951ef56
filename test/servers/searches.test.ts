import { expect, it } from '@jest/globals';
import { configMaps, namesOf, until, upsert } from './support/objects.js';
import { minute, withServers } from './support/with-servers.js';

withServers('searches', ({ kind, newStore, run }) => {
  it('in SQL with a name that does not exist are INVALID, naming it', async () => {
    const storage = await kind.open(newStore());
    await configMaps(storage).write('c', [upsert('c', 'a', { data: { color: 'red' } })]);
    const list = (statement: string, parameters: readonly (string | readonly string[])[]) =>
      namesOf(storage, { rawQuery: { statement, parameters } });
    expect(await list('name IN ? AND namespace = ?', [['a', 'b'], 'default'])).toEqual(['a']);
    expect(await list(kind.colorOfData, ['red'])).toEqual(['a']);
    expect(await list("name = '?' OR name = ?", ['b'])).toEqual([]);
    await expect(list('nmae = ?', ['a'])).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('nmae'),
    });
    await storage.shutdown();
  });

  it('for a text with NUL find nothing, or all but it', async () => {
    const storage = await kind.open(newStore());
    await configMaps(storage).write('c', [upsert('c', 'a')]);
    expect(await namesOf(storage, { names: { in: ['a\0'] } })).toEqual([]);
    expect(await namesOf(storage, { names: { notIn: ['a\0'] } })).toEqual(['a']);
    const labelSelector = [{ key: '\0', operator: 'notExists', values: [] }] as const;
    expect(await namesOf(storage, { labelSelector })).toEqual(['a']);
    await storage.shutdown();
  });

  it(
    'that are aborted end on the server too',
    async () => {
      const store = newStore();
      const storage = await kind.open(store);
      await configMaps(storage).write('c', [upsert('c', 'a')]);
      const controller = new AbortController();
      const rawQuery = { statement: kind.sleep(30), parameters: [store] };
      const listing = configMaps(storage).list({ rawQuery }, controller.signal)[Symbol.asyncIterator]().next();
      const sleeping = async () => Number((await run(kind.countSleeping))[0]?.count);
      await until(async () => (await sleeping()) > 0);
      controller.abort();
      await expect(listing).rejects.toMatchObject({ code: 'TIMEOUT' });
      await until(async () => (await sleeping()) === 0);
      await storage.shutdown();
    },
    minute,
  );
});
