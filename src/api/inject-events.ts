import type { StoredObject } from '@clusterdex/storage-contract';
import { eventsAnnotation, skipJsonObject } from '@clusterdex/storage-contract';

const openBrace = 0x7b;
const closeBrace = 0x7d;

/** The object's bytes with its events, if it has any, as a JSON array in the text of an annotation, newest last. */
export function injectEvents(object: StoredObject): Uint8Array {
  const { events, json } = object;
  if (events === undefined || events.length === 0) return json;
  const annotations = findMember(json, findMember(json, 0, 'metadata'), 'annotations');
  if (annotations === -1) return json;
  const list = `[${events.map((event) => Buffer.from(event).toString('utf8')).join(',')}]`;
  const empty = json[annotations + 1] === closeBrace;
  const member = Buffer.from(`${JSON.stringify(eventsAnnotation)}:${JSON.stringify(list)}${empty ? '' : ','}`);
  return Buffer.concat([json.subarray(0, annotations + 1), member, json.subarray(annotations + 1)]);
}

/** Offset of the value of a member of the object at `at`; -1 when there is none, or `at` is -1. */
function findMember(json: Uint8Array, at: number, name: string): number {
  if (json[at] !== openBrace) return -1;
  const key = Buffer.from(JSON.stringify(name));
  let found = -1;
  let wanted = false;
  skipJsonObject({ bytes: json, spaces: 0 }, at, 0, {
    key(start, end) {
      wanted = key.equals(json.subarray(start, end));
      return undefined;
    },
    value(start) {
      if (wanted) found = start;
    },
  });
  return found;
}
