import { type ObjectBatch, prepareObject } from '@clusterdex/storage-contract';
import { afterAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { testedStorages } from './tested-storages.js';

const configMaps = { group: '', version: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true } as const;
const tables = ['resources', 'objects', 'object_labels', 'changes', 'change_batches', 'revision'];

function upsert(value: string) {
  const metadata = { name: 'a', namespace: 'n', uid: 'u', resourceVersion: '1' };
  const json = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { value } });
  return { type: 'upsert' as const, object: prepareObject(Buffer.from(json), { cluster: 'c' }) };
}

async function collect(batches: AsyncIterable<ObjectBatch>) {
  const found = { revision: '', values: [] as string[] };
  for await (const { revision = found.revision, objects } of batches) {
    found.revision = revision;
    for (const { json } of objects) found.values.push(/"value":"(\w+)"/.exec(Buffer.from(json).toString())?.[1] ?? '');
  }
  return found;
}

describe.each(testedStorages().filter(({ name }) => name === 'postgres'))(
  'a database of $name that lost its last transactions while a server ran',
  ({ name, config, notRun }) => {
    if (config === undefined) {
      it.skip(notRun, () => {});
      return;
    }
    const dataDirectory = temporaryFolder();
    let opened: OpenedStorage | undefined;
    afterAll(() => opened?.close());

    it('is shown as it is, although it gives out the same revisions again', async () => {
      opened = await openTestStorage(name, { dataDirectory, config });
      const resource = opened.factory.resourceStorage(configMaps);
      const list = () => collect(resource.list({ limit: 10 }));
      const client = new pg.Client({ connectionString: String(config.dsn) });
      await client.connect();
      const each = (statement: (table: string) => string) => client.query(tables.map(statement).join('; '));
      await client.query(`SET search_path = "${config.schema}"`);

      await resource.write('c', [upsert('first')]);
      await each((table) => `CREATE TABLE kept_${table} AS TABLE ${table}`);
      await resource.write('c', [upsert('lost')]);
      const lost = await list();
      expect([(await list()).values, (await list()).values]).toEqual([['lost'], ['lost']]);

      await each((table) => `TRUNCATE ${table}; INSERT INTO ${table} SELECT * FROM kept_${table}`);
      await resource.write('c', [upsert('other')]);
      expect(await list()).toEqual({ revision: lost.revision, values: ['other'] });
      await client.end();
    });
  },
);
