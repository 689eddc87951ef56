import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { type StorageFactory, type StoreRemover, storeRemoverInterface } from '@clusterdex/storage-contract';
import { afterAll, describe, expect, it } from '@jest/globals';
import { eventsBetween, eventually, listNames, revisionOf } from './reading.js';
import { ask, configMap, configMaps, openStorage, prefixOf, removeStore, servers } from './support.js';

const upsert = (name: string, more: Parameters<typeof configMap>[2] = {}) => ({
  type: 'upsert' as const,
  object: configMap('c', name, more),
});
const many = (count: number, more: Parameters<typeof configMap>[2] = {}) =>
  Array.from({ length: count }, (_, index) => upsert(`o-${String(index).padStart(5, '0')}`, more));

describe.each(servers)('the elasticsearch storage on $title', ({ title, address, notRun }) => {
  if (address === undefined) {
    it.skip(notRun, () => {});
    return;
  }
  const prefixes: string[] = [];
  const opened: StorageFactory[] = [];
  afterAll(async () => {
    for (const storage of opened) await storage.shutdown();
    for (const prefix of prefixes) await removeStore(address, prefix);
  });
  const newPrefix = (name: string): string => {
    const prefix = prefixOf(`${title} ${name} ${process.pid}`);
    prefixes.push(prefix);
    return prefix;
  };
  const open = async (prefix: string, options: Parameters<typeof openStorage>[2] = {}): Promise<StorageFactory> => {
    const storage = await openStorage(address, prefix, options);
    opened.push(storage);
    return storage;
  };

  it('the mapping stays as it is, whatever keys and values objects have, however long', async () => {
    const prefix = newPrefix('mapping');
    const storage = await open(prefix);
    const before = await ask(address, 'GET', `/${prefix}-resources/_mapping`);
    const { write } = storage.resourceStorage(configMaps);
    await write(
      'c',
      Array.from({ length: 300 }, (_, index) => upsert(`o-${index}`, { data: { [`key-${index}`]: String(index) } })),
    );
    const long = 'é'.repeat(100_000);
    await write('c', [upsert('long', { data: { [`key ${long}`]: long } })]);
    expect(await ask(address, 'GET', `/${prefix}-resources/_mapping`)).toEqual(before);
    const path = [{ key: 'data' }, { key: `key ${long}` }];
    const found = await listNames(storage, { fieldSelector: [{ path, operator: 'in', values: [long] }] });
    expect(found).toEqual(['long']);
  });

  it('a store that a check made is removed, alone, and that of anybody else is not', async () => {
    const checkName = `clusterdex_check_${randomBytes(4).toString('hex')}_1`;
    const [prefix, other] = [`test-${checkName}`, `test-${checkName}1`];
    prefixes.push(prefix, other);
    const options = { config: { indexTemplate: true } };
    await open(other, options);
    const storage = await open(prefix, options);
    await storage.resourceStorage(configMaps).write('c', many(10));
    const remover = storage.interfaces?.(storeRemoverInterface) as StoreRemover;
    const indexes = async () =>
      Object.keys((await ask(address, 'GET', `/${prefix}*/_alias?expand_wildcards=all`)) as object).sort();
    const before = await indexes();
    for (const name of [prefix, '', '*', `${checkName}2`]) {
      await expect(remover.removeStore(name)).rejects.toMatchObject({ code: 'INVALID' });
    }
    expect(await indexes()).toEqual(before);
    await remover.removeStore(checkName);
    await remover.removeStore(checkName);
    const left = before.filter((name) => name.startsWith(`${other}-`));
    expect(left).toHaveLength(3);
    expect(await indexes()).toEqual(left);
    expect(await ask(address, 'GET', `/_index_template/${prefix}-resources`)).toMatchObject({ status: 404 });
    expect(await ask(address, 'GET', `/_index_template/${other}-resources`)).toMatchObject({ index_templates: [{}] });
  });

  it('an index of another version is copied into a new one behind the alias, and a newer one is refused', async () => {
    const prefix = newPrefix('upgrade');
    const first = await open(prefix);
    expect(first.schema?.()).toEqual({ version: 1 });
    await first.resourceStorage(configMaps).write('c', many(1200, { data: { note: 'lorem ipsum' } }));
    const names = await listNames(first);
    await first.shutdown();
    await makeOldIndex(address, prefix);
    const [one, two] = await Promise.all([open(prefix), open(prefix)]);
    expect(one.schema?.()).toEqual({ version: 1, found: 0 });
    for (const storage of [one, two]) {
      expect(await listNames(storage)).toEqual(names);
      const fullText = { required: [[{ words: ['ipsum'], prefix: false }]], excluded: [] };
      expect(await listNames(storage, { fullText })).toHaveLength(1200);
    }
    await two.resourceStorage(configMaps).write('c', [upsert('new')]);
    expect(await listNames(one)).toHaveLength(1201);
    await ask(address, 'PUT', `/${prefix}-resources/_mapping`, { _meta: { clusterdex: { version: 2 } } });
    await expect(open(prefix)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false, message: /version 2/ });
  }, 120_000);

  it('a mapping that somebody else made is refused by name, at the start', async () => {
    const prefix = newPrefix('changed');
    await (await open(prefix)).shutdown();
    await ask(address, 'DELETE', `/${prefix}-resources-v1-000001`);
    await ask(address, 'PUT', `/${prefix}-resources-v1-000001`, {
      aliases: { [`${prefix}-resources`]: { is_write_index: true } },
      mappings: {
        _meta: { clusterdex: { version: 1 } },
        properties: { search: { properties: { key: { type: 'text' } } } },
      },
    });
    await expect(open(prefix)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('search.key is text, expected keyword'),
    });
  });

  it('an index that is gone is never made by a write, and is named', async () => {
    const prefix = newPrefix('gone');
    const storage = await open(prefix);
    await storage.resourceStorage(configMaps).write('c', [upsert('a')]);
    await ask(address, 'DELETE', `/${prefix}-resources-v1-000001`);
    const writing = storage.resourceStorage(configMaps).write('c', [upsert('b')]);
    await expect(writing).rejects.toMatchObject({ code: 'UNAVAILABLE', message: /has lost an index/ });
    await expect(listNames(storage)).rejects.toMatchObject({ code: 'UNAVAILABLE', message: /has lost an index/ });
    expect((await storage.health()).healthy).toBe(false);
    const found = (await ask(address, 'GET', `/${prefix}-*`)) as object;
    expect(Object.keys(found).sort()).toEqual([`${prefix}-changes-000001`, `${prefix}-meta-000001`]);
  });

  it('a read-only index takes no write, says why, and takes them when it is opened again', async () => {
    const prefix = newPrefix('read-only');
    const storage = await open(prefix);
    const { write } = storage.resourceStorage(configMaps);
    await write('c', many(10));
    const block = (value: boolean | null) =>
      ask(address, 'PUT', `/${prefix}-resources-v1-000001/_settings`, { 'index.blocks.read_only_allow_delete': value });
    // What a cluster does when a disk is nearly full.
    await block(true);
    const changes = many(20, { resourceVersion: '2' });
    await expect(write('c', changes)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
      message: expect.stringContaining('read-only'),
    });
    expect(await storage.health()).toMatchObject({ healthy: false, reason: /read_only_allow_delete/ });
    expect(await listNames(storage)).toHaveLength(10);
    await block(null);
    expect(await write('c', changes)).toEqual({ written: 20, unchanged: 0 });
    expect(await storage.health()).toEqual({ healthy: true });
  });

  it('documents that are not taken are named and counted, and leave no event', async () => {
    const prefix = newPrefix('rejected');
    let rejected = 0;
    const silent = { increment() {}, set() {}, observe() {} };
    const metrics = {
      counter: (name: string) => ({
        increment: (by = 1) => {
          if (name === 'rejected_documents_total') rejected += by;
        },
      }),
      gauge: () => silent,
      histogram: () => silent,
    };
    const storage = await open(prefix, { host: { metrics } });
    const before = await revisionOf(storage);
    const pipeline = (value: string | null) =>
      ask(address, 'PUT', `/${prefix}-resources-v1-000001/_settings`, { 'index.final_pipeline': value });
    await pipeline('no-such-pipeline');
    const { write } = storage.resourceStorage(configMaps);
    // The OpenSearch of the tests has no ingest nodes: it refuses the whole request instead of each document.
    const [code, message, count] =
      title === 'OpenSearch'
        ? ['INTERNAL', /no ingest nodes/, 0]
        : ['INVALID', /configmaps default\/[ab] and 1 more of cluster 'c'.*no-such-pipeline/, 2];
    await expect(write('c', [upsert('a'), upsert('b')])).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(rejected).toBe(count);
    expect(await revisionOf(storage)).toBe(before);
    await pipeline('_none');
    await write('c', [upsert('a'), upsert('b')]);
    const events = await eventsBetween(storage, before, await revisionOf(storage));
    expect(events.map(({ type, object }) => `${type} ${object.name}`)).toEqual(['ADDED a', 'ADDED b']);
  });

  it('what a killed writer left is finished: each object that a list shows has its event, and none has two', async () => {
    const prefix = newPrefix('killed');
    const storage = await open(prefix, { config: { historyChanges: 1_000_000 } });
    let revision = await revisionOf(storage);
    let acknowledged = 0;
    for (let round = 0; round < 2; round++) {
      const program = join(import.meta.dirname, 'write-in-process.js');
      const child = spawn(process.execPath, [program, address, prefix], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: process.env,
      });
      // Somewhere in a batch, once some were done.
      const enough = 800 * (round + 1);
      for await (const piece of child.stdout) {
        acknowledged = Math.max(acknowledged, Number(String(piece).trim().split('\n').at(-1)));
        if (acknowledged >= enough) break;
      }
      await new Promise((resolve) => setTimeout(resolve, 20 + round * 60));
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      // Waits until the dead writer is taken for dead, then goes first through what it left.
      await eventually(() => storage.resourceStorage(configMaps).write('c', [upsert(`after-${round}`)]));
      const names = await listNames(storage);
      expect(names.filter((name) => name.startsWith('o-')).length).toBeGreaterThanOrEqual(acknowledged);
      if (round > 0) continue;
      const end = await revisionOf(storage);
      const events = await eventsBetween(storage, revision, end);
      expect(events.every(({ type }) => type === 'ADDED')).toBe(true);
      expect(events.map(({ object }) => object.name).sort()).toEqual([...names].sort());
      revision = end;
    }
  }, 180_000);

  it('old changes are removed from the log, and who is behind them is told', async () => {
    const prefix = newPrefix('history');
    const storage = await open(prefix, { config: { historyChanges: 300 } });
    const start = await revisionOf(storage);
    const { write } = storage.resourceStorage(configMaps);
    for (let version = 1; version <= 20; version++) await write('c', many(150, { resourceVersion: String(version) }));
    await expect(eventsBetween(storage, start, await revisionOf(storage))).rejects.toMatchObject({ code: 'EXPIRED' });
    const near = String(Number(await revisionOf(storage)) - 250);
    expect(await eventsBetween(storage, near, await revisionOf(storage))).toHaveLength(250);
    await storage.shutdown();
    await ask(address, 'POST', `/${prefix}-changes/_refresh`);
    const { count } = (await ask(address, 'GET', `/${prefix}-changes/_count`)) as { count: number };
    expect(count).toBeLessThan(20);
  });

  it('a page is read in pieces where its objects are large', async () => {
    const prefix = newPrefix('large');
    const storage = await open(prefix);
    const text = 'x'.repeat(900_000);
    await storage.resourceStorage(configMaps).write('c', many(130, { data: { text } }));
    const names = await listNames(storage, { limit: 500 });
    expect(names).toHaveLength(130);
    expect(await listNames(storage)).toEqual(names);
  }, 120_000);

  it('several addresses, of which one does not answer, are one cluster', async () => {
    const prefix = newPrefix('addresses');
    const storage = await open(prefix, { config: { addresses: ['http://127.0.0.1:1', address] } });
    await eventually(() => storage.resourceStorage(configMaps).write('c', many(20)));
    for (let round = 0; round < 10; round++) expect(await eventually(() => listNames(storage))).toHaveLength(20);
  });

  it('no secret is in an error, and nothing listens is UNAVAILABLE', async () => {
    const config = { addresses: ['http://elastic:hunter2@127.0.0.1:1'], apiKey: 'c2VjcmV0' };
    const error: unknown = await openStorage(address, newPrefix('secret'), { config }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true, message: /127\.0\.0\.1:1 cannot be reached/ });
    const everything = [error, (error as Error).cause].map(
      (one) => `${one} ${JSON.stringify(one)} ${(one as Error)?.stack}`,
    );
    expect(everything.join()).not.toMatch(/hunter2|c2VjcmV0/);
  });
});

/** As an earlier version might have left it: without what is searched, under another name. */
async function makeOldIndex(address: string, prefix: string): Promise<void> {
  const [from, old] = [`${prefix}-resources-v1-000001`, `${prefix}-resources-v0-000001`];
  await ask(address, 'POST', `/${from}/_refresh`);
  await ask(address, 'PUT', `/${old}`, {
    settings: { number_of_replicas: 0 },
    mappings: {
      dynamic: false,
      _meta: { clusterdex: { version: 0 } },
      properties: { search: { properties: { key: { type: 'keyword' } } } },
    },
  });
  const { hits } = (await ask(address, 'POST', `/${from}/_search`, { size: 5000 })) as {
    hits: { hits: readonly { _id: string; _source: { state: { name: string } } }[] };
  };
  const lines = hits.hits.map(({ _id, _source }) => {
    const document = { ..._source, search: { key: _source.state.name } };
    return `{"index":{"_id":"${_id}"}}\n${JSON.stringify(document)}\n`;
  });
  await ask(address, 'POST', `/${old}/_bulk?refresh=true`, lines.join(''));
  await ask(address, 'POST', '/_aliases', {
    actions: [
      { remove: { index: from, alias: `${prefix}-resources` } },
      { add: { index: old, alias: `${prefix}-resources`, is_write_index: true } },
    ],
  });
  await ask(address, 'DELETE', `/${from}`);
}
