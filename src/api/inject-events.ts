import type { StoredObject } from '@clusterdex/storage-contract';
import { eventsAnnotation } from '@clusterdex/storage-contract';
import { findMember } from './find-member.js';

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
