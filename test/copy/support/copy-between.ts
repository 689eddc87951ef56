import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import {
  prepareObject,
  type ResourceInventory,
  type ResourceType,
  type StorageFactory,
} from '@clusterdex/storage-contract';
import type { OpenedStorage } from '../../../src/plugin-host/open-storage.js';
import type { CopyResult } from '../../../src/synchro/copy/copy-result.js';
import { type CopyOptions, copyStorage } from '../../../src/synchro/copy/copy-storage.js';
import type { TestedStorage } from '../../backends/tested-storages.js';
import { openTestStorage } from '../../support/open-test-storage.js';

/** Opens an empty storage in a data directory of its own below `folder`. */
export function openEmpty({ name, config }: TestedStorage, folder: string): Promise<OpenedStorage> {
  if (config === undefined) throw new Error(`${name} does not run`);
  return openTestStorage(name, { dataDirectory: mkdtempSync(join(folder, `${name}-`)), config });
}

export function copyBetween(
  source: OpenedStorage,
  target: OpenedStorage,
  options: Partial<CopyOptions> = {},
): Promise<CopyResult> {
  return copyStorage({
    source,
    target,
    signal: new AbortController().signal,
    logger: { warn: () => {} },
    retryWaits: [1, 1],
    ...options,
  });
}

export interface StoredText {
  readonly key: string;
  readonly text: string;
  readonly events: readonly string[];
  readonly row: string | undefined;
}

/** Everything that is stored of a type of a cluster, read in the way of the API server, one after the other. */
export async function readStored(
  { factory }: Pick<OpenedStorage, 'factory'>,
  cluster: string,
  type: ResourceType,
): Promise<StoredText[]> {
  const stored: StoredText[] = [];
  const options = { clusters: { in: [cluster] }, injectEvents: true, withRows: { prefix: '' } };
  for await (const batch of factory.resourceStorage(type).list(options)) {
    for (const { namespace, name, json, events = [], row } of batch.objects) {
      const texts = events.map((event) => Buffer.from(event).toString()).sort();
      stored.push({ key: `${namespace}/${name}`, text: Buffer.from(json).toString(), events: texts, row });
    }
  }
  return stored;
}

/** The types of which the storage has objects of the cluster, in order. */
export async function typesOf(factory: StorageFactory, cluster: string): Promise<ResourceType[]> {
  const types = new Map<string, ResourceType>();
  for await (const versions of factory.resourceVersions(cluster)) {
    for (const { type } of versions) {
      const { group, version, resource, kind, namespaced } = type;
      types.set(`${group}/${version}/${resource}`, { group, version, resource, kind, namespaced });
    }
  }
  return [...types].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, type]) => type);
}

export function inventoryOf(cluster: string, types: readonly ResourceType[]) {
  const resources: ResourceInventory[] = types.map((type) => ({ ...type, singularName: type.kind.toLowerCase() }));
  return {
    cluster,
    version: 'v1.36.0',
    health: { status: 'healthy' as const },
    resources,
    updatedAt: 1_795_000_000_000,
  };
}

export const pods: ResourceType = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };

/** Writes pods of which the text says their version, and the inventory of their cluster. */
export async function writePods(
  { factory }: Pick<OpenedStorage, 'factory'>,
  cluster: string,
  names: readonly string[],
  { resourceVersion = '1', text = 'x' } = {},
): Promise<void> {
  const changes = names.map((name) => {
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'shop', uid: `${cluster}-${name}`, resourceVersion },
      spec: { text },
    };
    return { type: 'upsert' as const, object: prepareObject(Buffer.from(JSON.stringify(object)), { cluster }) };
  });
  await factory.prepareCluster(cluster);
  await factory.putClusterInventory(inventoryOf(cluster, [pods]));
  await factory.resourceStorage(pods).write(cluster, changes);
}

export async function podNames(storage: Pick<OpenedStorage, 'factory'>, cluster: string): Promise<string[]> {
  return (await readStored(storage, cluster, pods)).map(({ key }) => key.replace('shop/', ''));
}
