import { skipJsonString, skipJsonValue } from '../table/skip-json.js';

/** A value of JSON; a number is its text, for it may have more digits than a JavaScript number holds. */
export type JsonTree = string | boolean | null | JsonNumber | readonly JsonTree[] | JsonMembers;

export type JsonMembers = ReadonlyMap<string, JsonTree>;

export interface JsonNumber {
  readonly text: string;
}

/** `text` is valid JSON. */
export function parseJsonTree(text: string): JsonTree {
  let at = 0;

  function next(): string {
    while (text.charCodeAt(at) <= 0x20) at++;
    return text.charAt(at);
  }

  function readString(): string {
    const start = at;
    at = skipJsonString(text, at);
    const inner = text.slice(start + 1, at - 1);
    return inner.includes('\\') ? (JSON.parse(`"${inner}"`) as string) : inner;
  }

  function readMembers(): JsonMembers {
    const members = new Map<string, JsonTree>();
    at++;
    while (next() === '"') {
      const name = readString();
      if (next() === ':') at++;
      members.set(name, readValue());
      if (next() === ',') at++;
    }
    at++;
    return members;
  }

  function readList(): readonly JsonTree[] {
    const list: JsonTree[] = [];
    at++;
    while (at < text.length && next() !== ']') {
      list.push(readValue());
      if (next() === ',') at++;
    }
    at++;
    return list;
  }

  function readWord(): JsonTree {
    const start = at;
    at = skipJsonValue(text, at);
    const word = text.slice(start, at).trimEnd();
    if (word === 'null') return null;
    return word === 'true' || word === 'false' ? word === 'true' : { text: word };
  }

  function readValue(): JsonTree {
    switch (next()) {
      case '"':
        return readString();
      case '{':
        return readMembers();
      case '[':
        return readList();
      default:
        return readWord();
    }
  }

  return readValue();
}
