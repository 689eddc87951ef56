import type { Fields } from '../printers/printer.js';
import type { FieldPlan, PlannedMember } from './field-plan.js';
import { readText, skipPlainString, skipPlainValue } from './skip-json.js';

/**
 * The parts of a stored object that a plan wants, in the shape of the object. Everything else is passed without being looked at.
 * `json` is what prepareObject wrote: valid JSON without white space outside of strings.
 */
export function extractFields(json: Uint8Array, plan: FieldPlan): Fields {
  if (plan.wanted === 'whole') return JSON.parse(readText(json, 0, json.length)) as Fields;
  return readMembers({ json, at: 0 }, plan, true);
}

interface Cursor {
  readonly json: Uint8Array;
  at: number;
}

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Leaves the cursor behind the object; behind the last wanted member only when nothing that follows is of use. */
function readMembers(cursor: Cursor, { members }: FieldPlan, mayStop: boolean): Record<string, unknown> {
  const { json } = cursor;
  const found: Record<string, unknown> = {};
  let missing = members.length;
  let at = cursor.at + 1;
  while (json[at] === quote) {
    const keyEnd = skipPlainString(json, at);
    const member = plannedMember(json, at + 1, keyEnd - 1, members);
    if (member === undefined) {
      at = skipPlainValue(json, keyEnd + 1);
    } else {
      cursor.at = keyEnd + 1;
      found[member.name] = readValue(cursor, member.plan);
      at = cursor.at;
      missing -= 1;
      if (mayStop && missing === 0) return found;
    }
    if (json[at] === comma) at += 1;
  }
  cursor.at = at + 1;
  return found;
}

function plannedMember(
  json: Uint8Array,
  start: number,
  end: number,
  members: readonly PlannedMember[],
): PlannedMember | undefined {
  const length = end - start;
  for (const member of members) {
    const { bytes } = member;
    if (bytes.length !== length || bytes[0] !== json[start]) continue;
    let i = 1;
    while (i < length && bytes[i] === json[start + i]) i++;
    if (i >= length) return member;
  }
  // A name may be written with escapes.
  const backslash = json.indexOf(0x5c, start);
  if (backslash < 0 || backslash >= end) return undefined;
  const name: unknown = JSON.parse(readText(json, start - 1, end + 1));
  return members.find((member) => member.name === name);
}

function readValue(cursor: Cursor, plan: FieldPlan): unknown {
  const { json } = cursor;
  const first = json[cursor.at];
  if (plan.wanted === 'whole' || (first !== openBrace && first !== openBracket)) return readWhole(cursor);
  if (plan.wanted === 'shape') return first === openBrace ? readNames(cursor) : readList(cursor, skipMember);
  if (first === openBrace) return readMembers(cursor, plan, false);
  return readList(cursor, () => readValue(cursor, plan));
}

function readWhole(cursor: Cursor): unknown {
  const { json, at } = cursor;
  cursor.at = skipPlainValue(json, at);
  switch (json[at]) {
    case 0x74:
      return true;
    case 0x66:
      return false;
    case 0x6e:
      return null;
    default:
      return JSON.parse(readText(json, at, cursor.at));
  }
}

function readList(cursor: Cursor, readMember: (cursor: Cursor) => unknown): unknown[] {
  const { json } = cursor;
  const found: unknown[] = [];
  cursor.at += 1;
  while (cursor.at < json.length && json[cursor.at] !== closeBracket) {
    found.push(readMember(cursor));
    if (json[cursor.at] === comma) cursor.at += 1;
  }
  cursor.at += 1;
  return found;
}

function skipMember(cursor: Cursor): null {
  cursor.at = skipPlainValue(cursor.json, cursor.at);
  return null;
}

function readNames(cursor: Cursor): Fields {
  const { json } = cursor;
  // Without a prototype, for a member may be called __proto__.
  const found: Record<string, null> = Object.create(null) as Record<string, null>;
  let at = cursor.at + 1;
  while (at < json.length && json[at] !== closeBrace) {
    const keyEnd = skipPlainString(json, at);
    found[JSON.parse(readText(json, at, keyEnd)) as string] = null;
    at = skipPlainValue(json, keyEnd + 1);
    if (json[at] === comma) at += 1;
  }
  cursor.at = at + 1;
  return found;
}
