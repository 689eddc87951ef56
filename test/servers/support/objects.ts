import {
  type ListOptions,
  type ObjectChange,
  prepareObject,
  type ResourceStorage,
  type ResourceType,
  type StorageFactory,
  type WatchEvent,
} from '@clusterdex/storage-contract';

export const configMapType: ResourceType = {
  group: '',
  version: 'v1',
  resource: 'configmaps',
  kind: 'ConfigMap',
  namespaced: true,
};

export const configMaps = (storage: StorageFactory): ResourceStorage => storage.resourceStorage(configMapType);

export function upsert(
  cluster: string,
  name: string,
  more: { resourceVersion?: string; data?: Record<string, string> } = {},
): ObjectChange {
  const { resourceVersion = '1', data = {} } = more;
  const metadata = { name, namespace: 'default', uid: `${cluster}-${name}`, resourceVersion };
  const json = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }));
  return { type: 'upsert', object: prepareObject(json, { cluster }) };
}

/** Objects `object-<number>-<index>`. */
export function batch(
  cluster: string,
  number: number,
  more: { count?: number; bytes?: number; resourceVersion?: string; data?: Record<string, string> } = {},
): ObjectChange[] {
  const { count = 20, bytes = 10, data = { text: 'x'.repeat(bytes) }, resourceVersion = '1' } = more;
  return Array.from({ length: count }, (_, index) =>
    upsert(cluster, `object-${number}-${index}`, { data, resourceVersion }),
  );
}

export const addedBy = (changes: readonly ObjectChange[]): string[] =>
  changes.map((change) => (change.type === 'upsert' ? `ADDED c/${change.object.name}` : ''));

export async function revisionOf(storage: StorageFactory): Promise<string> {
  for await (const { revision } of configMaps(storage).list({ limit: 1 })) return revision ?? '';
  return '';
}

export async function countObjects(storage: StorageFactory): Promise<number> {
  let count = 0;
  for await (const batch of configMaps(storage).list({})) count += batch.count;
  return count;
}

export async function namesOf(storage: StorageFactory, options: ListOptions): Promise<string[]> {
  const names: string[] = [];
  for await (const { objects } of configMaps(storage).list(options)) names.push(...objects.map(({ name }) => name));
  return names;
}

/** Reads a watch until so many events have come. */
export async function watched(
  storage: StorageFactory,
  revision: string,
  count: number,
): Promise<readonly WatchEvent[]> {
  const controller = new AbortController();
  const seen: WatchEvent[] = [];
  for await (const { events } of configMaps(storage).watch?.({}, revision, controller.signal) ?? []) {
    seen.push(...events);
    if (seen.length >= count) controller.abort();
  }
  return seen;
}

export const describeEvent = ({ type, object }: WatchEvent): string => `${type} ${object.cluster}/${object.name}`;

/** Asks again and again, with a deadline. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('what was waited for did not come in time');
    await new Promise(setImmediate);
  }
}
