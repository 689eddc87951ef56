import { skipPlainString, skipPlainValue } from './skip-json.js';

/** The offset of the value of `metadata` in a stored object, of which the first members are apiVersion, kind and metadata. */
export function findMetadata(json: Uint8Array): number {
  let at = 1;
  for (let member = 0; member < 2; member++) at = skipPlainValue(json, skipPlainString(json, at) + 1) + 1;
  return skipPlainString(json, at) + 1;
}
