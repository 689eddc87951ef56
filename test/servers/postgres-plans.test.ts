import { type ListOptions, type ObjectChange, prepareObject } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { configMaps, namesOf, until, upsert } from './support/objects.js';
import { type OwnServer, ownServerNotRun, startOwnServer } from './support/own-server.js';
import { postgres } from './support/postgres.js';
import { recordingHost } from './support/recording-host.js';
import { minute } from './support/with-servers.js';

const notRun = ownServerNotRun('postgres');
if (notRun !== undefined) it.skip(notRun, () => {});

function labelled(index: number): ObjectChange {
  const others = Array.from({ length: 8 }, (_, label) => [`label-${label}`, `value-${index % 50}`]);
  const labels = { ...Object.fromEntries(others), bucket: `b${Math.floor(index / 10)}` };
  const metadata = { name: `object-${index}`, namespace: 'default', labels };
  const json = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata }));
  return { type: 'upsert', object: prepareObject(json, { cluster: 'c' }) };
}

(notRun === undefined ? describe : describe.skip)('PostgreSQL', () => {
  let server: OwnServer;
  beforeAll(async () => {
    server = await startOwnServer('postgres', { autovacuum: 'off' });
  }, minute);
  afterAll(() => server.stop());

  it(
    'begins with the label and a list with the index of its order, before the server has any statistics',
    async () => {
      const { host, lines } = recordingHost();
      const config = { dsn: server.address, slowQueryMilliseconds: 40 };
      const storage = await postgres.open('plans', { config, host });
      const objects = configMaps(storage);
      await objects.write(
        'c',
        Array.from({ length: 3000 }, (_, index) => labelled(index)),
      );
      const planOf = async (options: ListOptions): Promise<string> => {
        const rawQuery = { statement: 'pg_sleep(0.01) IS NOT NULL AND name <> ?', parameters: ['x'] };
        lines.length = 0;
        expect(await namesOf(storage, { ...options, rawQuery })).toHaveLength(10);
        const slow = () => lines.find((line) => line.includes('pg_sleep'));
        await until(async () => (await storage.health()).healthy && slow() !== undefined);
        return slow() ?? '';
      };
      const label = await planOf({ labelSelector: [{ key: 'bucket', operator: 'in', values: ['b7'] }] });
      expect(label).toMatch(/using resources_pkey on resources/);
      expect(label).toMatch(/using object_labels_pkey/);
      expect(label).not.toMatch(/Seq Scan on (?:resources|object_labels)/);
      const list = await planOf({ limit: 10 });
      expect(list).toMatch(/Index Scan using resources_(?:key|all) on resources/);
      expect(list).not.toMatch(/Sort Key/);
      await storage.shutdown();
    },
    minute,
  );

  it('answers conditions of clients that call functions, and lets none of them write', async () => {
    const storage = await postgres.open('functions', { config: { dsn: server.address } });
    await configMaps(storage).write('c', [upsert('c', 'a')]);
    const list = (statement: string) => namesOf(storage, { rawQuery: { statement, parameters: ['x'] } });
    const statement = "set_config('search_path', 'x', false) = ? AND pg_notify('x', 'y') IS NULL";
    expect(await list(statement)).toEqual([]);
    expect(await namesOf(storage, {})).toEqual(['a']);
    await storage.shutdown();
  });
});
