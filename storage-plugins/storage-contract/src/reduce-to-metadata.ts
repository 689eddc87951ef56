const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const closingBrace = 0x7d;

/** A stored object without what follows `metadata`, its third member. */
export function reduceToMetadata(json: Uint8Array): Uint8Array {
  const end = endOfThirdMember(json);
  const reduced = new Uint8Array(end + 1);
  reduced.set(json.subarray(0, end));
  reduced[end] = closingBrace;
  return reduced;
}

function endOfThirdMember(json: Uint8Array): number {
  let depth = 0;
  let members = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === quote) at = endOfString(json, at);
    else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === closingBrace || byte === 0x5d) {
      depth--;
      if (depth === 0) return at;
    } else if (byte === comma && depth === 1 && ++members === 3) return at;
  }
  return Math.max(0, json.length - 1);
}

function endOfString(json: Uint8Array, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== quote) at += json[at] === backslash ? 2 : 1;
  return at;
}
