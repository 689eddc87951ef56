import { findMember } from './find-member.js';

const quote = 0x22;
const closeBrace = 0x7d;

/**
 * The object with the revision of a change in the place of its own resourceVersion. A client that was cut off goes on from the last
 * object that it saw, and what the member cluster called that version says nothing about where in our changes it stood.
 */
export function withRevision(json: Uint8Array, revision: string): Uint8Array {
  const metadata = findMember(json, 0, 'metadata');
  if (metadata === -1) return json;
  const value = findMember(json, metadata, 'resourceVersion');
  if (value === -1) {
    const member = `"resourceVersion":"${revision}"${json[metadata + 1] === closeBrace ? '' : ','}`;
    return Buffer.concat([json.subarray(0, metadata + 1), Buffer.from(member), json.subarray(metadata + 1)]);
  }
  const end = json.indexOf(quote, value + 1);
  return Buffer.concat([json.subarray(0, value + 1), Buffer.from(revision), json.subarray(end)]);
}

/** The object's own resourceVersion; undefined when it has none. */
export function resourceVersionOf(json: Uint8Array): string | undefined {
  const value = findMember(json, findMember(json, 0, 'metadata'), 'resourceVersion');
  if (value === -1 || json[value] !== quote) return undefined;
  return Buffer.from(json.subarray(value + 1, json.indexOf(quote, value + 1))).toString();
}
