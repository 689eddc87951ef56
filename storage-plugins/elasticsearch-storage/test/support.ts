import { createHash } from 'node:crypto';
import { prepareObject, type ResourceType, type StorageFactory, type StorageHost } from '@clusterdex/storage-contract';
import { createTestHost } from '@clusterdex/storage-contract/conformance';
import type { ElasticsearchConfig } from '../src/config.js';
import plugin from '../src/index.js';

export interface TestedServer {
  readonly title: string;
  /** Where it runs; `npm test` says so, or `node hack/backends.mjs`. */
  readonly address: string | undefined;
  readonly notRun: string;
}

/** Both are tested with the same tests. */
export const servers: readonly TestedServer[] = [
  { title: 'Elasticsearch', variable: 'ELASTICSEARCH_URL' },
  { title: 'OpenSearch', variable: 'OPENSEARCH_URL' },
].map(({ title, variable }) => ({
  title,
  address: process.env[variable],
  notRun: `not run: no ${title}; npm test starts one (hack/elasticsearch.mjs), ${variable} names one`,
}));

export const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};

export const defaults: Omit<ElasticsearchConfig, 'addresses' | 'prefix'> = {
  insecureSkipVerify: false,
  shards: 1,
  replicas: 0,
  refreshInterval: '30s',
  indexTemplate: false,
  requestTimeoutMilliseconds: 30_000,
  connections: 32,
  slowQueryMilliseconds: 0,
  historyChanges: 1000,
};

/** Another name, another store. */
export const prefixOf = (name: string): string =>
  `test-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`;

export function openStorage(
  address: string,
  prefix: string,
  options: { config?: Partial<ElasticsearchConfig>; host?: Partial<StorageHost> } = {},
): Promise<StorageFactory> {
  return plugin.createStorageFactory(
    { ...defaults, addresses: [address], prefix, ...options.config },
    { ...createTestHost('/nonexistent'), ...options.host },
  );
}

/** Asks the server beside the storage. */
export async function ask(address: string, method: string, path: string, body?: object | string): Promise<unknown> {
  const answer = await fetch(new URL(path, address), {
    method,
    ...(body !== undefined && {
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });
  return answer.json();
}

export async function removeStore(address: string, prefix: string): Promise<void> {
  await ask(address, 'DELETE', `/${prefix}-*?expand_wildcards=all`);
  await ask(address, 'DELETE', `/_index_template/${prefix}-resources`);
}

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
