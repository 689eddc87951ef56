import { join } from 'node:path';
import type { ResourceInventory } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import SqliteDatabase from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { findBuiltinResource } from '../../src/kube/builtin-resources.js';
import { openSteps } from '../../src/plugin-host/open-steps.js';
import { createPipeline } from '../../src/synchro/pipeline/create-pipeline.js';
import type { ProcessedFrom } from '../../src/synchro/pipeline/pipeline.js';
import { temporaryFolder } from '../support/temporary-folder.js';

type Rows = readonly Readonly<Record<string, unknown>>[];

const folder = temporaryFolder();
const file = join(folder, 'mirror.db');
const table = `resource_metadata_${process.pid}`;
const { CLUSTERDEX_TEST_POSTGRES: postgres, CLUSTERDEX_TEST_MYSQL: mysql } = process.env;
const pods = findBuiltinResource('', 'v1', 'Pod') as ResourceInventory;
const deployments = findBuiltinResource('apps', 'v1', 'Deployment') as ResourceInventory;

const databases: readonly { name: string; address: string | undefined; ask(sql: string): Promise<Rows> }[] = [
  {
    name: 'SQLite',
    address: `sqlite:${file}`,
    async ask(sql) {
      const database = new SqliteDatabase(file);
      try {
        const statement = database.prepare(sql);
        if (statement.reader) return statement.all() as Rows;
        statement.run();
        return [];
      } finally {
        database.close();
      }
    },
  },
  {
    name: 'PostgreSQL',
    address: postgres,
    async ask(sql) {
      const client = new pg.Client({ connectionString: postgres });
      await client.connect();
      const { rows } = await client.query(sql);
      await client.end();
      return rows as Rows;
    },
  },
  {
    name: 'MariaDB',
    address: mysql === undefined ? undefined : goForm(mysql),
    async ask(sql) {
      const connection = await createConnection({ uri: `${mysql}`, database: 'mysql' });
      const [rows] = await connection.query(sql);
      await connection.end();
      return rows as unknown as Rows;
    },
  },
];

/** As LiteIO's users write it. */
function goForm(address: string): string {
  const { username, password, host } = new URL(address);
  return `${username}:${password}@tcp(${host})/mysql?charset=utf8mb4&parseTime=True`;
}

describe.each(databases)('metadata mirrored in $name', ({ name, address, ask }) => {
  if (address === undefined) return void it.skip(`(NOT RUN: the environment names no ${name})`, () => {});
  const from = (resourceType: ResourceInventory): ProcessedFrom => ({
    cluster: 'c1',
    resourceType,
    apiVersion: resourceType.group === '' ? 'v1' : `${resourceType.group}/v1`,
    kind: resourceType.kind,
    signal: new AbortController().signal,
  });
  const open = async () => {
    const storage = {
      resourceStorage: () => {
        throw new Error('nothing is asked for');
      },
    };
    const steps = await openSteps({
      steps: [{ name: 'meta-sync', config: { dbInfo: Buffer.from(address).toString('base64'), table } }],
      folders: [],
      dataDirectory: folder,
      logger: pino({ level: 'silent' }),
      registry: new Registry(),
      signal: new AbortController().signal,
    });
    return createPipeline({ steps, storage });
  };
  const object = (objectName: string, metadata: object) =>
    Buffer.from(
      JSON.stringify({ metadata: { name: objectName, namespace: 'n', resourceVersion: '1', uid: 'u1', ...metadata } }),
    );

  beforeAll(() => ask(`DROP TABLE IF EXISTS ${table}`));
  afterAll(() => ask(`DROP TABLE IF EXISTS ${table}`));

  it('is a row for each object, the newest state of it, and goes when that goes', async () => {
    const pipeline = await open();
    const owner = { ownerReferences: [{ uid: 'other' }, { uid: 'o1', controller: true }] };
    const created = { creationTimestamp: '2030-01-02T03:04:05Z', labels: { app: "it's 🦉" } };
    await Promise.all([
      pipeline.process(object('a', { ...created, ...owner }), from(pods)),
      pipeline.process(object('a', {}), from(deployments)),
      ...Array.from({ length: 700 }, (_, index) => pipeline.process(object(`many-${index}`, {}), from(pods))),
    ]);
    await pipeline.process(object('many-1', { resourceVersion: '2' }), from(pods));
    await pipeline.handleDeletion('n', 'many-2', from(pods));
    await pipeline.close();
    // Another start finds the table.
    await (await open()).close();
    const [first] = await ask(`SELECT * FROM ${table} WHERE resource = 'pods' AND name = 'a'`);
    expect(first).toEqual({
      cluster: 'c1',
      api_group: '',
      resource: 'pods',
      namespace: 'n',
      name: 'a',
      api_version: 'v1',
      kind: 'Pod',
      uid: 'u1',
      resource_version: '1',
      owner_uid: 'o1',
      labels: JSON.stringify(created.labels),
      created_at: '2030-01-02T03:04:05Z',
      synced_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const [counts] = await ask(`SELECT count(*) AS objects FROM ${table}`);
    expect(Number(counts?.objects)).toBe(701);
    const [changed] = await ask(`SELECT resource_version FROM ${table} WHERE name = 'many-1'`);
    expect(changed?.resource_version).toBe('2');
    expect(await ask(`SELECT name FROM ${table} WHERE name = 'many-2'`)).toEqual([]);
  });

  it('goes with its cluster, or with its type, also what was about to be written', async () => {
    const pipeline = await open();
    const other = { ...from(pods), cluster: 'c2' };
    const { signal } = other;
    const left = async () =>
      (await ask(`SELECT cluster, resource, name FROM ${table} ORDER BY cluster, resource, name`)).map((row) =>
        Object.values(row).join(' '),
      );
    await pipeline.process(object('kept', {}), other);
    const late = pipeline.process(object('late', {}), from(pods));
    await pipeline.handleRemoval({ cluster: 'c1', resourceType: pods, signal });
    await late;
    expect(await left()).toEqual(['c1 deployments a', 'c2 pods kept']);
    await pipeline.handleRemoval({ cluster: 'c1', signal });
    expect(await left()).toEqual(['c2 pods kept']);
    await pipeline.close();
  });
});

describe('a connection string that is none', () => {
  it('is refused without being repeated', async () => {
    const dbInfo = Buffer.from('oracle://scott:tiger@db').toString('base64');
    const opening = openSteps({
      steps: [{ name: 'meta-sync', config: { dbInfo } }],
      folders: [],
      dataDirectory: folder,
      logger: pino({ level: 'silent' }),
      registry: new Registry(),
      signal: new AbortController().signal,
    });
    await expect(opening).rejects.toMatchObject({
      code: 'OPEN_FAILED',
      message: expect.stringMatching(/expected in base64 postgres:/),
    });
    await expect(opening).rejects.not.toThrow(/tiger/);
  });
});
