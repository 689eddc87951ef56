import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prepareObject, type ResourceType, type StorageFactory } from '@clusterdex/storage-contract';
import { createTestHost } from '@clusterdex/storage-contract/conformance';
import type { SqliteConfig } from '../src/config.js';
import plugin from '../src/index.js';

export const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};

export const temporaryDirectory = () => mkdtemp(path.join(tmpdir(), 'clusterdex-sqlite-'));

export const defaults: SqliteConfig = {
  file: 'test.sqlite',
  synchronous: 'normal',
  readers: 1,
  cacheMegabytes: 4,
  objectCacheMegabytes: 8,
  busyTimeoutMilliseconds: 30_000,
  historyChanges: 1000,
  fullTextIndex: true,
};

export function openStorage(directory: string, config: Partial<SqliteConfig> = {}): Promise<StorageFactory> {
  return plugin.createStorageFactory({ ...defaults, ...config }, createTestHost(directory));
}

export function configMap(
  cluster: string,
  name: string,
  more: { resourceVersion?: string; data?: Record<string, string>; labels?: Record<string, string> } = {},
) {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: 'default',
      uid: `${cluster}-${name}`,
      resourceVersion: more.resourceVersion ?? '1',
      ...(more.labels !== undefined && { labels: more.labels }),
    },
    data: more.data ?? {},
  };
  return prepareObject(Buffer.from(JSON.stringify(object)), { cluster });
}

export async function countObjects(storage: StorageFactory): Promise<number> {
  let count = 0;
  for await (const batch of storage.resourceStorage(configMaps).list({})) count += batch.count;
  return count;
}
