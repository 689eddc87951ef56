import {
  createStorageError,
  type ListOptions,
  type ObjectBatch,
  type ObjectChange,
  type ResourceStorage,
  type ResourceType,
  reduceToMetadata,
  type StoredObject,
} from '@clusterdex/storage-contract';
import {
  compareResourceVersions,
  compileFilter,
  type SelectableObject,
  selectableFromJson,
} from '@clusterdex/storage-contract/selection';
import type { Calls } from './calls.js';
import type { Change, KeyValue } from './key-value.js';
import { formatPosition, objectKey, objectPrefix, type Place, parsePosition, placeOf, typeKey } from './keys.js';

export interface ResourceStorageOptions {
  readonly store: KeyValue;
  readonly calls: Calls;
  readonly revision: { next(): number; current(): number };
  readonly type: ResourceType;
}

const honoured: ReadonlySet<string> = new Set([
  'clusters',
  'namespaces',
  'names',
  'fuzzyNames',
  'labelSelector',
  'fieldSelector',
  'fullText',
  'since',
  'before',
  'limit',
  'start',
  'onlyMetadata',
] satisfies readonly (keyof ListOptions)[]);

/** What is not honoured is refused, never ignored: an unfiltered answer would be a wrong one. */
function assertSupported(options: object): void {
  for (const [option, value] of Object.entries(options)) {
    const isEmpty = value === undefined || value === false || (Array.isArray(value) && value.length === 0);
    if (!isEmpty && !honoured.has(option)) {
      throw createStorageError('NOT_SUPPORTED', `the storage does not support ${option}`);
    }
  }
}

/** Parsed only when a filter looks at more than where it lies. */
function selectable(place: Place, json: Uint8Array): SelectableObject {
  let object: SelectableObject | undefined;
  const parsed = () => (object ??= selectableFromJson(json, place.cluster));
  return {
    ...place,
    json,
    syncedAt: undefined,
    get uid() {
      return parsed().uid;
    },
    get kind() {
      return parsed().kind;
    },
    get resourceVersion() {
      return parsed().resourceVersion;
    },
    get ownerUid() {
      return parsed().ownerUid;
    },
    get labels() {
      return parsed().labels;
    },
    get createdAt() {
      return parsed().createdAt;
    },
    fields: () => parsed().fields(),
  };
}

/** The objects of one type. */
export function createResourceStorage({ store, calls, revision, type }: ResourceStorageOptions): ResourceStorage {
  const isSame = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
  const isOlder = (version: string | undefined, stored: Uint8Array) =>
    version !== undefined && compareResourceVersions(version, selectableFromJson(stored, '').resourceVersion) < 0;

  /** What changes something, in the order of the changes, later ones seeing the earlier ones. */
  async function decide(cluster: string, changes: readonly ObjectChange[]): Promise<readonly Change[]> {
    const pending = new Map<string, Uint8Array | undefined>();
    const decided: Change[] = [];
    for (const change of changes) {
      const { namespace, name, resourceVersion } = change.type === 'upsert' ? change.object : change;
      const key = objectKey(type, { cluster, namespace, name });
      const stored = pending.has(key) ? pending.get(key) : await store.get(key);
      if (stored !== undefined && isOlder(resourceVersion, stored)) continue;
      // A copy: the caller may use its buffer again.
      const value = change.type === 'upsert' ? new Uint8Array(change.object.json) : undefined;
      if (value === undefined ? stored === undefined : stored !== undefined && isSame(value, stored)) continue;
      pending.set(key, value);
      decided.push({ key, value });
    }
    return decided;
  }

  return {
    async get(cluster, namespace, name, { injectEvents = false } = {}) {
      calls.check();
      assertSupported({ injectEvents });
      const json = await store.get(objectKey(type, { cluster, namespace, name }));
      if (json !== undefined) return { cluster, namespace, name, json };
      throw createStorageError(
        'NOT_FOUND',
        `${type.resource} ${namespace}/${name} of cluster ${cluster} is not stored`,
      );
    },

    async *list(options, signal) {
      calls.check(signal);
      assertSupported(options);
      const { start, limit = Number.POSITIVE_INFINITY, onlyMetadata } = options;
      const matches = compileFilter(options);
      const after = start !== undefined && 'after' in start ? objectKey(type, parsePosition(start.after)) : undefined;
      let skip = start !== undefined && 'offset' in start ? start.offset : 0;
      let left = limit;
      const first = { revision: String(revision.current()) };
      let isFirst = true;
      let last: Place | undefined;
      for await (const entries of calls.read(store.scan(objectPrefix(type), after), signal)) {
        const objects: StoredObject[] = [];
        for (const [key, json] of entries) {
          const place = placeOf(key);
          if (!matches(selectable(place, json)) || skip-- > 0) continue;
          if (left === 0) {
            yield batchOf(objects, { ...(isFirst && first), ...(last && { continue: formatPosition(last) }) });
            return;
          }
          left--;
          last = place;
          objects.push({ ...place, json: onlyMetadata ? reduceToMetadata(json) : json });
        }
        if (objects.length === 0) continue;
        yield batchOf(objects, isFirst ? first : {});
        isFirst = false;
      }
      if (isFirst) yield batchOf([], first);
    },

    write(cluster, changes, signal) {
      return calls.write(async () => {
        const decided = await decide(cluster, changes);
        if (decided.length > 0) {
          const value = new TextEncoder().encode(JSON.stringify(type));
          await store.write([{ key: typeKey(type), value }, ...decided]);
          revision.next();
        }
        return { written: decided.length, unchanged: changes.length - decided.length };
      }, signal);
    },

    async recordEvents() {
      calls.check();
      throw createStorageError('NOT_SUPPORTED', 'the storage does not support events');
    },
  };
}

function batchOf(objects: readonly StoredObject[], rest: Pick<ObjectBatch, 'revision' | 'continue'>): ObjectBatch {
  return { objects, count: objects.length, ...rest };
}
