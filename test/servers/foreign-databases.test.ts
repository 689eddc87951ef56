import { expect, it } from '@jest/globals';
import { withServers } from './support/with-servers.js';

withServers('a database that is not ours', ({ kind, newStore, run, address }) => {
  it('with tables of another program is refused and left alone', async () => {
    const store = newStore();
    await run(kind.create(store), `CREATE TABLE ${store}.recipes (name text)`);
    await expect(kind.open(store)).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('another program (recipes)'),
    });
    expect(await run(kind.countTables(store))).toEqual([{ count: 1 }]);
  });

  it('of a newer version is refused, naming both versions', async () => {
    const store = newStore();
    const storage = await kind.open(store);
    const known = (await storage.schema?.())?.version;
    await storage.shutdown();
    await run(`UPDATE ${store}.clusterdex_schema SET version = 99`);
    await expect(kind.open(store)).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringMatching(new RegExp(`version 99.*up to ${known}`)),
    });
  });

  it('that refuses us, or that nobody serves, is a clear error without the password', async () => {
    const { hostname, port, protocol } = new URL(address);
    for (const place of [`nobody-of-this-name:hunter2@${hostname}:${port}/d`, 'u:hunter2@127.0.0.1:1/d']) {
      const config = { dsn: `${protocol}//${place}`, database: 'no-such' };
      const error: unknown = await kind.open(newStore(), { config }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'UNAVAILABLE' });
      expect(`${error}`).toMatch(/127.0.0.1:\d+\/no-such/);
      expect(`${error} ${error instanceof Error ? error.stack : ''}`).not.toContain('hunter2');
    }
  });
});
