import { createHash } from 'node:crypto';
import { prepareObject, type ResourceType, type StorageFactory } from '@clusterdex/storage-contract';
import { createTestHost } from '@clusterdex/storage-contract/conformance';
import { createConnection } from 'mysql2/promise';
import type { MysqlConfig } from '../src/config.js';
import plugin from '../src/index.js';

/** Where a MariaDB runs for tests; `npm test` says so, or `node hack/backends.mjs`. */
export const address = process.env.CLUSTERDEX_TEST_MYSQL;

export const notRun = 'not run: no MariaDB; npm test starts one where it is installed, CLUSTERDEX_TEST_MYSQL names one';

export const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};

export const defaults: MysqlConfig = {
  ...(address !== undefined && { dsn: address }),
  sslMode: 'disable',
  connPool: { maxOpenConns: 4, maxWriteConns: 2, connMaxLifetimeSeconds: 0, waitMilliseconds: 20_000 },
  params: {},
  statementTimeoutMilliseconds: 60_000,
  slowQueryMilliseconds: 0,
  historyChanges: 1000,
  objectCacheMegabytes: 8,
};

/** Another name, another store. */
export function schemaOf(name: string): string {
  return `test_${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;
}

/** `schema` is the name of a database, which is made. */
export function openStorage(schema: string, config: Partial<MysqlConfig> = {}): Promise<StorageFactory> {
  return plugin.createStorageFactory({ ...defaults, database: schema, ...config }, createTestHost('/nonexistent'));
}

/** Runs statements beside the storage. */
export async function run(text: string, values: readonly string[] = []): Promise<readonly Record<string, unknown>[]> {
  const client = await createConnection(address ?? '');
  try {
    const [rows] = await client.query(text, [...values]);
    return rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

export const dropSchema = (schema: string) => run(`DROP DATABASE IF EXISTS \`${schema}\``);

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
