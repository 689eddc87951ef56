import type { ResourceType, StorageFactory } from '@clusterdex/storage-contract';
import type { KnownVersions } from './known-versions.js';
import { createKnownVersions } from './known-versions.js';

/** What a storage holds of a cluster at the start: read once for all its types. */
export interface StoredVersions {
  /** What is stored of the type, to go on from; each type is handed out once, and read anew when it is asked for again. */
  take(type: ResourceType, signal: AbortSignal): Promise<KnownVersions>;
  /** Types of which something is stored and that nobody has taken: what is there and not wanted any more. */
  rest(signal: AbortSignal): Promise<readonly ResourceType[]>;
}

export interface StoredVersionsOptions {
  /** When what is stored was made in another way, no version counts as current: everything is written again. */
  readonly ignoreVersions?: boolean;
}

/** Reads nothing before it is asked. */
export function createStoredVersions(
  storage: Pick<StorageFactory, 'resourceVersions'>,
  cluster: string,
  options: StoredVersionsOptions = {},
): StoredVersions {
  const taken = new Set<string>();
  let reading: Promise<Map<string, Slice>> | undefined;

  async function read(signal: AbortSignal, only?: string): Promise<Map<string, Slice>> {
    const slices = new Map<string, Slice>();
    for await (const batch of storage.resourceVersions(cluster, signal)) {
      for (const { type, namespace, name, resourceVersion } of batch) {
        const key = keyOf(type);
        if (only !== undefined && key !== only) continue;
        let slice = slices.get(key);
        if (slice === undefined) {
          slice = { type, known: createKnownVersions() };
          slices.set(key, slice);
        }
        slice.known.set(namespace, name, resourceVersion);
      }
    }
    if (options.ignoreVersions) for (const { known } of slices.values()) known.distrust();
    return slices;
  }

  /** All wait for one reading; when that fails, or its caller goes away, the next one asks again. */
  async function readAll(signal: AbortSignal): Promise<Map<string, Slice>> {
    while (reading !== undefined) {
      const under = reading;
      try {
        return await under;
      } catch {
        if (reading === under) reading = undefined;
        signal.throwIfAborted();
      }
    }
    reading = read(signal);
    return reading;
  }

  return {
    async take(type, signal) {
      const key = keyOf(type);
      if (taken.has(key)) return (await read(signal, key)).get(key)?.known ?? createKnownVersions();
      const slices = await readAll(signal);
      taken.add(key);
      const known = slices.get(key)?.known ?? createKnownVersions();
      slices.delete(key);
      return known;
    },
    async rest(signal) {
      return [...(await readAll(signal)).values()].map(({ type }) => type);
    },
  };
}

interface Slice {
  readonly type: ResourceType;
  readonly known: KnownVersions;
}

function keyOf({ group, version, resource }: ResourceType): string {
  return `${group}/${version}/${resource}`;
}
