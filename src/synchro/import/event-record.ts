import type { ObjectEvent, PreparedWithKind, ResourceType } from '@clusterdex/storage-contract';

type Fields = Readonly<Record<string, unknown>>;

export function isEventType({ group, kind }: ResourceType): boolean {
  return kind === 'Event' && (group === '' || group === 'events.k8s.io');
}

/** The event as a core/v1 Event attached to the object that it involves; undefined when it names no uid. */
export function eventRecord(prepared: PreparedWithKind): ObjectEvent | undefined {
  const event = JSON.parse(Buffer.from(prepared.json).toString()) as Fields;
  const isCore = prepared.apiVersion === 'v1';
  const involved = record(isCore ? event.involvedObject : event.regarding);
  const involvedUid = involved?.uid;
  if (typeof involvedUid !== 'string' || involvedUid === '' || prepared.uid === '') return undefined;
  return {
    involvedUid,
    eventUid: prepared.uid,
    key: `${prepared.namespace}/${prepared.name}`,
    resourceVersion: prepared.resourceVersion,
    json: isCore ? prepared.json : Buffer.from(JSON.stringify(toCoreEvent(event))),
  };
}

const renamed: Readonly<Record<string, string>> = {
  regarding: 'involvedObject',
  note: 'message',
  reportingController: 'reportingComponent',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
};

function toCoreEvent(event: Fields): Fields {
  const members = Object.entries(event).map(([name, value]) => [
    Object.hasOwn(renamed, name) ? renamed[name] : name,
    value,
  ]);
  return { ...Object.fromEntries(members), apiVersion: 'v1' };
}

function record(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}
