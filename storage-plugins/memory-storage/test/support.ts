import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectChange, prepareObject, type ResourceType, type StorageFactory } from '@clusterdex/storage-contract';
import { createTestHost } from '@clusterdex/storage-contract/conformance';
import plugin from '../src/index.js';

export const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};

const directories: string[] = [];

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'clusterdex-memory-'));
  directories.push(directory);
  return directory;
}

export async function removeTemporaryDirectories(): Promise<void> {
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
}

export const open = (directory: string): Promise<StorageFactory> =>
  plugin.createStorageFactory({ journal: true }, createTestHost(directory));

/** An upsert of a ConfigMap with `size` bytes of data. */
export function upsert(
  name: string,
  { resourceVersion = '1', size = 10, row }: { resourceVersion?: string; size?: number; row?: string } = {},
): ObjectChange {
  const metadata = { name, namespace: 'default', uid: name, resourceVersion };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { text: 'x'.repeat(size) } };
  const prepared = prepareObject(Buffer.from(JSON.stringify(object)), { cluster: 'c1' });
  return { type: 'upsert', object: row === undefined ? prepared : { ...prepared, row } };
}

export async function write(storage: StorageFactory, ...changes: ObjectChange[]): Promise<void> {
  await storage.resourceStorage(configMaps).write('c1', changes);
}

export async function readAll(
  storage: StorageFactory,
): Promise<{ names: string[]; rows: (string | undefined)[]; revision: string; bytes: number }> {
  const names: string[] = [];
  const rows: (string | undefined)[] = [];
  let revision = '';
  let bytes = 0;
  for await (const batch of storage.resourceStorage(configMaps).list({ withRows: { prefix: '' } })) {
    revision ||= batch.revision ?? '';
    for (const { name, json, row } of batch.objects) {
      names.push(name);
      rows.push(row);
      bytes += json.byteLength;
    }
  }
  return { names, rows, revision, bytes };
}
