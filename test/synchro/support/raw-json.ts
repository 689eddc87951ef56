/** A member of an object of raw JSON; names and values have their quotes and escapes. */
export type RawObject = { readonly [name: string]: unknown };

const scalar = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/g;

/** JSON of which every name, string and number stays the text that it was written as, so that two are equal only when their bytes are. */
export function parseRaw(text: string): RawObject {
  return JSON.parse(text.replace(scalar, (token) => JSON.stringify(token))) as RawObject;
}

/** The name of a member as it stands in raw JSON. */
export function raw(name: string): string {
  return JSON.stringify(name);
}
