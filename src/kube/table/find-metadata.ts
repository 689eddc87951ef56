/** Where the value of `metadata` stands in a stored object, in bytes. */
export interface MetadataSpan {
  readonly start: number;
  readonly end: number;
}

const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;

/** In an object of which the first members are apiVersion, kind and metadata; `reduced` when metadata is its last one, too. */
export function findMetadata(json: Uint8Array, reduced: boolean): MetadataSpan {
  let start = 1;
  for (let member = 0; member < 2; member++) {
    start = skipString(json, skipString(json, start) + 1);
    if (json[start] === comma) start += 1;
  }
  start = skipString(json, start) + 1;
  return { start, end: reduced ? json.length - 1 : skipObject(json, start) };
}

function skipObject(json: Uint8Array, at: number): number {
  const end = json.length;
  let depth = 0;
  let i = at;
  while (i < end) {
    const byte = json[i] as number;
    if (byte === quote) {
      i = skipString(json, i);
      continue;
    }
    i++;
    if (byte === 0x7b) depth++;
    else if (byte === 0x7d) {
      depth--;
      if (depth === 0) return i;
    }
  }
  return i;
}

function skipString(json: Uint8Array, at: number): number {
  const end = json.length;
  let i = at + 1;
  while (i < end) {
    const byte = json[i];
    if (byte === quote) return i + 1;
    i += byte === backslash ? 2 : 1;
  }
  return end;
}
