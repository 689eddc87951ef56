import type { Fields } from '../printers/printer.js';
import { parseExactJson } from './exact-json.js';
import type { FieldPlan } from './field-plan.js';
import { skipJsonString, skipJsonValue } from './skip-json.js';
import { storedText } from './stored-text.js';

/**
 * The parts of a stored object that a plan wants, in the shape of the object. Everything else is passed without being looked at.
 * `json` is what prepareObject wrote: valid JSON without white space outside of strings.
 */
export function extractFields(json: Uint8Array, plan: FieldPlan): Fields {
  const text = storedText(json);
  if (plan.wanted === 'whole') return parseExactJson(text) as Fields;
  return readMembers({ text, at: 0 }, plan, true);
}

interface Cursor {
  readonly text: string;
  at: number;
}

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Leaves the cursor behind the object; behind the last wanted member only when nothing that follows is of use. */
function readMembers(cursor: Cursor, plan: FieldPlan, mayStop: boolean): Record<string, unknown> {
  const { text } = cursor;
  const found: Record<string, unknown> = {};
  let missing = plan.members.size;
  let at = cursor.at + 1;
  while (text.charCodeAt(at) === quote) {
    const keyEnd = skipJsonString(text, at);
    const key = text.slice(at + 1, keyEnd - 1);
    // A name may be written with escapes; without them it is looked up as it stands.
    const name = key.includes('\\') ? (JSON.parse(`"${key}"`) as string) : key;
    const member = plan.members.get(name);
    if (member === undefined) {
      at = skipJsonValue(text, keyEnd + 1);
    } else {
      cursor.at = keyEnd + 1;
      found[name] = readValue(cursor, member);
      at = cursor.at;
      missing -= 1;
      if (mayStop && missing === 0) return found;
    }
    if (text.charCodeAt(at) === comma) at += 1;
  }
  cursor.at = at + 1;
  return found;
}

function readValue(cursor: Cursor, plan: FieldPlan): unknown {
  const first = cursor.text.charCodeAt(cursor.at);
  if (plan.wanted === 'whole' || (first !== openBrace && first !== openBracket)) return readWhole(cursor, first);
  if (plan.wanted === 'shape') return first === openBrace ? readNames(cursor) : readList(cursor, skipMember);
  if (first === openBrace) return readMembers(cursor, plan, false);
  return readList(cursor, () => readValue(cursor, plan));
}

function readWhole(cursor: Cursor, first: number): unknown {
  const { text, at } = cursor;
  cursor.at = skipJsonValue(text, at);
  if (first === quote) {
    const value = text.slice(at + 1, cursor.at - 1);
    return value.includes('\\') ? JSON.parse(`"${value}"`) : value;
  }
  const value = text.slice(at, cursor.at);
  switch (value) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'null':
      return null;
    default:
      // Short numbers, which most are, need no parser.
      return first !== openBrace && first !== openBracket && value.length < 16 ? Number(value) : parseExactJson(value);
  }
}

function readList(cursor: Cursor, readMember: (cursor: Cursor) => unknown): unknown[] {
  const { text } = cursor;
  const found: unknown[] = [];
  cursor.at += 1;
  while (cursor.at < text.length && text.charCodeAt(cursor.at) !== closeBracket) {
    found.push(readMember(cursor));
    if (text.charCodeAt(cursor.at) === comma) cursor.at += 1;
  }
  cursor.at += 1;
  return found;
}

function skipMember(cursor: Cursor): null {
  cursor.at = skipJsonValue(cursor.text, cursor.at);
  return null;
}

function readNames(cursor: Cursor): Fields {
  const { text } = cursor;
  // Without a prototype, for a member may be called __proto__.
  const found: Record<string, null> = Object.create(null) as Record<string, null>;
  let at = cursor.at + 1;
  while (at < text.length && text.charCodeAt(at) !== closeBrace) {
    const keyEnd = skipJsonString(text, at);
    found[JSON.parse(text.slice(at, keyEnd)) as string] = null;
    at = skipJsonValue(text, keyEnd + 1);
    if (text.charCodeAt(at) === comma) at += 1;
  }
  cursor.at = at + 1;
  return found;
}
