import { prepareObject } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { type App, startApp } from '../../src/app.js';
import { resolveStorageSettings } from '../../src/config/storage-settings.js';
import { findBuiltinResource } from '../../src/kube/builtin-resources.js';
import { rowPreparerFor } from '../../src/kube/table/prepared-rows.js';
import { printerFor } from '../../src/kube/table/printer-for.js';
import { parseFeatureGates } from '../../src/query/feature-gates.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const type = findBuiltinResource('', 'v1', 'ConfigMap');
if (type === undefined) throw new Error('there are no config maps');
const { prefix } = rowPreparerFor(printerFor(type));
const configMap = (name: string, row?: string) => {
  const metadata = { name, namespace: 'n' };
  const json = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: '1', b: '2' } }));
  const prepared = prepareObject(json, { cluster: 'c' });
  return { type: 'upsert' as const, object: row === undefined ? prepared : { ...prepared, row } };
};
/** Cells that no printer would make, so that they tell where they come from. */
const marked = (name: string) => `${prefix}"${name}","as stored","1h"]`;

describe.each(['memory', 'sqlite'])('Tables of objects in %s', (storageName) => {
  const dataDir = temporaryFolder();
  let app: App;

  beforeAll(async () => {
    const dataDirectory = resolveStorageSettings({ dataDir, storageName }, {}).dataDirectory;
    const { factory, close } = await openTestStorage(storageName, { dataDirectory });
    await factory.prepareCluster('c');
    await factory
      .resourceStorage(type)
      .write('c', [configMap('a', marked('a')), configMap('b', `0.older "b","of old","1h"]`), configMap('c')]);
    const many = Array.from({ length: 700 }, (_, index) => configMap(`d${index}`, marked(`d${index}`)));
    await factory.resourceStorage(type).write('c', many);
    const health = { status: 'unknown' } as const;
    await factory.putClusterInventory({ cluster: 'c', health, resources: [type], updatedAt: 1 });
    await close();
    app = await startApp({
      storage: resolveStorageSettings({ dataDir, storageName }, {}),
      address: { host: '127.0.0.1', port: 0 },
      gates: parseFeatureGates(''),
      logger: pino({ level: 'silent' }),
      now: Date.now,
    });
  }, 60_000);
  afterAll(() => app?.stop(AbortSignal.timeout(5000)));

  const rowsOf = async (query: string) => {
    const url = `${app.url}/apis/clusterpedia.io/v1beta1/resources/api/v1/configmaps?${query}`;
    const answer = await fetch(url, { headers: { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } });
    const { rows } = (await answer.json()) as { rows: { cells: unknown[]; object: { metadata: object } | null }[] };
    return rows;
  };

  it.each(['limit=3', 'limit=3&includeObject=None', 'limit=3&includeObject=Object'])(
    'show the rows that were stored, and make those anew that are of an earlier printer or missing: %s',
    async (query) => {
      const cells = (await rowsOf(query)).map((row) => row.cells);
      expect(cells).toEqual([
        ['c', 'a', 'as stored', '1h'],
        ['c', 'b', 2, '<unknown>'],
        ['c', 'c', 2, '<unknown>'],
      ]);
    },
  );

  it('carry the metadata of each object, on a page and without a limit', async () => {
    // Three times, for what is asked for again comes from a cache.
    for (const query of ['limit=600', 'limit=600', 'limit=600', '']) {
      const rows = await rowsOf(query);
      expect(rows).toHaveLength(query === '' ? 703 : 600);
      for (const { cells, object } of rows) expect(object?.metadata).toMatchObject({ name: cells[1], namespace: 'n' });
      expect(rows.slice(3).every(({ cells }) => cells[2] === 'as stored')).toBe(true);
    }
  });
});
