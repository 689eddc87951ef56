import { createHash } from 'node:crypto';
import { prepareObject, type ResourceType, type StorageFactory, type StorageHost } from '@clusterdex/storage-contract';
import { createTestHost } from '@clusterdex/storage-contract/conformance';
import pg from 'pg';
import type { PostgresConfig } from '../src/config.js';
import plugin from '../src/index.js';

/** Where a PostgreSQL runs for tests; `npm test` says so, or `node hack/backends.mjs`. */
export const address = process.env.CLUSTERDEX_TEST_POSTGRES;

export const notRun =
  'not run: no PostgreSQL; npm test starts one where it is installed, CLUSTERDEX_TEST_POSTGRES names one';

export const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};

export const defaults: Omit<PostgresConfig, 'schema'> = {
  ...(address !== undefined && { dsn: address }),
  sslMode: 'disable',
  connPool: { maxOpenConns: 4, maxWriteConns: 2, connMaxLifetimeSeconds: 0, waitMilliseconds: 20_000 },
  params: {},
  statementTimeoutMilliseconds: 60_000,
  slowQueryMilliseconds: 0,
  preparedStatements: true,
  historyChanges: 1000,
  objectCacheMegabytes: 8,
};

/** Another name, another store. */
export function schemaOf(name: string): string {
  return `test_${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

export function openStorage(
  schema: string,
  config: Partial<PostgresConfig> = {},
  host: Partial<StorageHost> = {},
): Promise<StorageFactory> {
  return plugin.createStorageFactory(
    { ...defaults, schema, ...config },
    { ...createTestHost('/nonexistent'), ...host },
  );
}

/** Runs statements beside the storage. */
export async function run(text: string, values: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

export const dropSchema = (schema: string) => run(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);

export function configMap(
  cluster: string,
  name: string,
  more: { resourceVersion?: string; data?: Record<string, string> } = {},
) {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', uid: `${cluster}-${name}`, resourceVersion: more.resourceVersion ?? '1' },
    data: more.data ?? {},
  };
  return prepareObject(Buffer.from(JSON.stringify(object)), { cluster });
}

export async function countObjects(storage: StorageFactory): Promise<number> {
  let count = 0;
  for await (const batch of storage.resourceStorage(configMaps).list({})) count += batch.count;
  return count;
}

/** Asks again and again, with a deadline. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('what was waited for did not come in time');
  }
}
