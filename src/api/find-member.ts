import { skipJsonObject } from '@clusterdex/storage-contract';

const openBrace = 0x7b;

/** Offset of the value of a member of the object at `at`; -1 when there is none, or `at` is -1. */
export function findMember(json: Uint8Array, at: number, name: string): number {
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
