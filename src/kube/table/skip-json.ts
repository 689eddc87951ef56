const quote = 0x22;
const backslash = 0x5c;

/** 1 for what a container must be watched for: quotes and brackets of both kinds. */
const structural = new Uint8Array(256);
for (const character of '"[]{}') structural[character.charCodeAt(0)] = 1;

/** 1 for what ends a number or a word. */
const ends = new Uint8Array(256);
for (const character of ',]}') ends[character.charCodeAt(0)] = 1;

/** `at` is the offset of a value in valid JSON without white space; returns the offset behind it. */
export function skipPlainValue(json: Uint8Array, at: number): number {
  const first = json[at];
  if (first === quote) return skipPlainString(json, at);
  const end = json.length;
  let i = at;
  if (first !== 0x7b && first !== 0x5b) {
    while (i < end && ends[json[i] as number] === 0) i++;
    return i;
  }
  let depth = 0;
  while (i < end) {
    const byte = json[i] as number;
    if (structural[byte] === 0) {
      i++;
    } else if (byte === quote) {
      i = skipPlainString(json, i);
    } else {
      i++;
      // Opening brackets have bit 1 set and bit 2 clear (5b, 7b), closing ones the other way round (5d, 7d).
      depth += (byte & 2) !== 0 ? 1 : -1;
      if (depth === 0) return i;
    }
  }
  return i;
}

/** `at` is the offset of an opening quote; returns the offset behind the closing one. */
export function skipPlainString(json: Uint8Array, at: number): number {
  const end = json.length;
  let i = at + 1;
  while (i < end) {
    const byte = json[i];
    if (byte === quote) return i + 1;
    i += byte === backslash ? 2 : 1;
  }
  return end;
}

export function readText(json: Uint8Array, start: number, end: number): string {
  return asBuffer(json).toString('utf8', start, end);
}

export function asBuffer(json: Uint8Array): Buffer {
  return Buffer.isBuffer(json) ? json : Buffer.from(json.buffer, json.byteOffset, json.byteLength);
}
