import type { ObjectChange, ObjectEvent, ResourceType, StorageFactory } from '@clusterdex/storage-contract';
import type { ChangeSink } from '../resource-sync/resource-sync.js';

/** Attaches core/v1 Events to the objects that they involve, if these are of the types that want them, and forgets those that expire. */
export function createEventSink(
  storage: StorageFactory,
  cluster: string,
  wanted: () => readonly ResourceType[],
): ChangeSink {
  /** By their key: a deletion says no more of an event than its name. */
  const attached = new Map<string, Pick<ObjectEvent, 'involvedUid' | 'eventUid'>>();
  return {
    async write(changes) {
      const types = new Map(wanted().map((type) => [`${type.group}/${type.kind}`, type]));
      const events: ObjectEvent[] = [];
      for (const change of changes) {
        const event = change.type === 'upsert' ? readEvent(change, types) : expired(change);
        if (event !== undefined) events.push(event);
      }
      const [type] = types.values();
      if (events.length > 0 && type !== undefined) await storage.resourceStorage(type).recordEvents(cluster, events);
      for (const { key, involvedUid, eventUid, json } of events) {
        if (json.length > 0) attached.set(key, { involvedUid, eventUid });
        else attached.delete(key);
      }
      return { written: events.length, unchanged: changes.length - events.length };
    },
  };

  function expired({ namespace, name }: Extract<ObjectChange, { type: 'delete' }>): ObjectEvent | undefined {
    const key = `${namespace}/${name}`;
    const event = attached.get(key);
    return event && { ...event, key, resourceVersion: '', json: new Uint8Array() };
  }
}

function readEvent(
  { object }: Extract<ObjectChange, { type: 'upsert' }>,
  types: ReadonlyMap<string, ResourceType>,
): ObjectEvent | undefined {
  const { involvedObject } = JSON.parse(Buffer.from(object.json).toString()) as { involvedObject?: Involved };
  const { uid, kind, apiVersion = '' } = involvedObject ?? {};
  if (typeof uid !== 'string' || uid === '' || object.uid === '') return undefined;
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  if (!types.has(`${group}/${kind}`)) return undefined;
  return {
    involvedUid: uid,
    eventUid: object.uid,
    key: `${object.namespace}/${object.name}`,
    resourceVersion: object.resourceVersion,
    json: object.json,
  };
}

interface Involved {
  readonly uid?: unknown;
  readonly kind?: string;
  readonly apiVersion?: string;
}
