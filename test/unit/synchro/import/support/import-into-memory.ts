import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ResourceType } from '@clusterdex/storage-contract';
import { renderRow } from '../../../../../src/kube/table/row-text.js';
import type { OpenedStorage } from '../../../../../src/plugin-host/open-storage.js';
import { type ImportOptions, importFiles } from '../../../../../src/synchro/import/import-files.js';
import type { ImportResult } from '../../../../../src/synchro/import/import-result.js';

export const quietLogger = { warn: () => {} };

/** Imports texts, each as a file of its own, into cluster c of the storage. */
export function importTexts(
  storage: OpenedStorage,
  { folder, texts, ...options }: { folder: string; texts: readonly (string | Buffer)[] } & Partial<ImportOptions>,
): Promise<ImportResult> {
  mkdirSync(folder, { recursive: true });
  const own = mkdtempSync(join(folder, 'dump-'));
  const files = texts.map((text, index) => {
    const file = join(own, `dump-${index}`);
    writeFileSync(file, text);
    return file;
  });
  return importFrom(storage, { files, ...options });
}

export function importFrom(storage: OpenedStorage, options: Partial<ImportOptions>): Promise<ImportResult> {
  return importFiles({
    factory: storage.factory,
    capabilities: storage.capabilities,
    cluster: 'c',
    files: ['-'],
    signal: new AbortController().signal,
    logger: quietLogger,
    ...options,
  });
}

export function stream(chunks: readonly (string | Buffer)[]): Readable {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
}

/** `namespace/name` of everything of a type in cluster c, in order. */
export async function storedNames(storage: OpenedStorage, type: Partial<ResourceType>): Promise<string[]> {
  const names: string[] = [];
  for (const object of await storedObjects(storage, type)) {
    names.push([object.metadata.namespace, object.metadata.name].filter(Boolean).join('/'));
  }
  return names;
}

export interface StoredJson {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [member: string]: unknown };
  readonly [member: string]: unknown;
}

export async function storedObjects(storage: OpenedStorage, type: Partial<ResourceType>): Promise<StoredJson[]> {
  return (await storedTexts(storage, type)).map((text) => JSON.parse(text) as StoredJson);
}

export async function storedTexts(storage: OpenedStorage, type: Partial<ResourceType>): Promise<string[]> {
  const whole = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true, ...type };
  const texts: string[] = [];
  for await (const batch of storage.factory.resourceStorage(whole).list({ clusters: { in: ['c'] } })) {
    for (const { json } of batch.objects) texts.push(Buffer.from(json).toString());
  }
  return texts;
}

/** The cells of the row text that was stored with each object of a type in cluster c; undefined where there is none. */
export async function storedCells(storage: OpenedStorage, type: Partial<ResourceType>): Promise<unknown[]> {
  const whole = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true, ...type };
  const cells: unknown[] = [];
  for await (const batch of storage.factory.resourceStorage(whole).list({ withRows: { prefix: '' } })) {
    for (const { row } of batch.objects) {
      const text = row && renderRow(row.slice(row.indexOf(' ') + 1), Date.now());
      cells.push(text && JSON.parse(`[${text}`));
    }
  }
  return cells;
}

export async function storedTypes(storage: OpenedStorage): Promise<string[]> {
  const inventories = await storage.factory.clusterInventories();
  const inventory = inventories.find(({ cluster }) => cluster === 'c');
  return (inventory?.resources ?? []).map(({ group, version, resource }) => `${group}/${version}/${resource}`).sort();
}

export function pod(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop' }, ...more };
}

export function list(items: readonly unknown[]): string {
  return JSON.stringify({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } });
}
