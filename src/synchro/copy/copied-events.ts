import { InvalidObjectError, type ObjectEvent, prepareObject, type StoredObject } from '@clusterdex/storage-contract';

/** Of the events that are attached to the source's object, those that the target's does not have byte by byte. */
export function missingEvents(source: StoredObject, target: StoredObject | undefined): readonly Uint8Array[] {
  if (source.events === undefined) return [];
  const present = target?.events ?? [];
  return source.events.filter((event) => !present.some((other) => Buffer.compare(event, other) === 0));
}

/** As the target is to record it; undefined when it is no event that can be told from another. */
export function toObjectEvent(json: Uint8Array, involvedUid: string, cluster: string): ObjectEvent | undefined {
  try {
    const { uid, namespace, name, resourceVersion } = prepareObject(json, { cluster });
    if (uid === '' || involvedUid === '') return undefined;
    // The bytes belong to a batch that may be released before they are written.
    return { involvedUid, eventUid: uid, key: `${namespace}/${name}`, resourceVersion, json: Uint8Array.from(json) };
  } catch (error) {
    if (error instanceof InvalidObjectError) return undefined;
    throw error;
  }
}
