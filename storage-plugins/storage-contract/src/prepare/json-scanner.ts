import { InvalidObjectError } from './invalid-object-error.js';

/** What a scan reads, and what it noticed on its way. */
export interface JsonInput {
  readonly bytes: Uint8Array;
  /** Bytes of white space outside strings that were passed so far. */
  spaces: number;
}

/** Levels of lists and objects in each other; SQL engines refuse to look into JSON deeper than this. */
export const maximumJsonDepth = 1000;

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** 1 for what ends a run of plain characters within a string: the quote, the backslash, control characters. */
const stringStops = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === quote || byte === backslash ? 1 : 0,
);
const simpleEscapes = new Set([...'"\\/bfnrt'].map((character) => character.charCodeAt(0)));

/** The offset of the first byte at or behind `at` that is no white space. */
export function skipJsonSpace(input: JsonInput, at: number): number {
  const { bytes } = input;
  if ((bytes[at] as number) > 0x20) return at;
  let i = at;
  while (i < bytes.length) {
    const byte = bytes[i];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
    i++;
  }
  input.spaces += i - at;
  return i;
}

/** `at` is the offset of a value; returns the offset behind it. Throws InvalidObjectError for what is no JSON. */
export function skipJsonValue(input: JsonInput, at: number, depth: number): number {
  switch (input.bytes[at]) {
    case quote:
      return skipString(input.bytes, at);
    case openBrace:
      return skipJsonObject(input, at, depth + 1);
    case openBracket:
      return skipList(input, at, depth + 1);
    case 0x74:
      return skipWord(input.bytes, at, 'true');
    case 0x66:
      return skipWord(input.bytes, at, 'false');
    case 0x6e:
      return skipWord(input.bytes, at, 'null');
    default:
      return skipNumber(input.bytes, at);
  }
}

/** Takes note of the members of an object while it is scanned. */
export interface MemberVisitor {
  /** The span of the key, quotes included. What it returns visits the members of the value, if that is an object. */
  key(start: number, end: number): MemberVisitor | undefined;
  /** The span of the value, when it was scanned. */
  value(start: number, end: number): void;
}

/** As skipJsonValue for an object, handing over the spans of its members. */
export function skipJsonObject(input: JsonInput, at: number, depth: number, visitor?: MemberVisitor): number {
  const { bytes } = input;
  checkDepth(at, depth);
  let i = skipJsonSpace(input, at + 1);
  if (bytes[i] === closeBrace) return i + 1;
  for (;;) {
    if (bytes[i] !== quote) throw unexpected(bytes, i, i === at + 1 ? 'a member name or "}"' : 'a member name');
    const keyStart = i;
    const keyEnd = skipString(bytes, i);
    i = skipJsonSpace(input, keyEnd);
    if (bytes[i] !== colon) throw unexpected(bytes, i, '":" behind the member name');
    i = skipJsonSpace(input, i + 1);
    if (visitor === undefined) {
      i = skipJsonValue(input, i, depth);
    } else {
      const start = i;
      const within = visitor.key(keyStart, keyEnd);
      const isVisited = within !== undefined && bytes[i] === openBrace;
      i = isVisited ? skipJsonObject(input, i, depth + 1, within) : skipJsonValue(input, i, depth);
      visitor.value(start, i);
    }
    i = skipJsonSpace(input, i);
    const byte = bytes[i];
    if (byte === closeBrace) return i + 1;
    if (byte !== comma) throw unexpected(bytes, i, '"," or "}"');
    i = skipJsonSpace(input, i + 1);
  }
}

function skipList(input: JsonInput, at: number, depth: number): number {
  const { bytes } = input;
  checkDepth(at, depth);
  let i = skipJsonSpace(input, at + 1);
  if (bytes[i] === closeBracket) return i + 1;
  for (;;) {
    i = skipJsonSpace(input, skipJsonValue(input, i, depth));
    const byte = bytes[i];
    if (byte === closeBracket) return i + 1;
    if (byte !== comma) throw unexpected(bytes, i, '"," or "]"');
    i = skipJsonSpace(input, i + 1);
  }
}

function skipString(bytes: Uint8Array, at: number): number {
  const end = bytes.length;
  let i = at + 1;
  for (;;) {
    while (i < end && stringStops[bytes[i] as number] === 0) i++;
    const byte = bytes[i];
    if (byte === quote) return i + 1;
    if (byte !== backslash) {
      throw unexpected(
        bytes,
        i,
        byte === undefined ? `the end of the string that begins at byte ${at}` : 'an escaped control character',
      );
    }
    i = skipEscape(bytes, i + 1);
  }
}

function skipEscape(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte !== 0x75) {
    if (byte === undefined || !simpleEscapes.has(byte))
      throw unexpected(bytes, at, 'one of "\\/bfnrtu behind a backslash');
    return at + 1;
  }
  for (let i = at + 1; i <= at + 4; i++) {
    if (!isHexadecimalDigit(bytes[i])) throw unexpected(bytes, i, 'four hexadecimal digits behind \\u');
  }
  return at + 5;
}

function skipWord(bytes: Uint8Array, at: number, word: string): number {
  for (let i = 0; i < word.length; i++) {
    if (bytes[at + i] !== word.charCodeAt(i)) throw unexpected(bytes, at + i, `the word ${word}`);
  }
  return at + word.length;
}

function skipNumber(bytes: Uint8Array, at: number): number {
  let i = bytes[at] === 0x2d ? at + 1 : at;
  if (bytes[i] === 0x30) i++;
  else i = skipDigits(bytes, i, i === at ? 'a JSON value' : 'a digit');
  if (bytes[i] === 0x2e) i = skipDigits(bytes, i + 1, 'a digit behind the decimal point');
  if (bytes[i] === 0x65 || bytes[i] === 0x45) {
    i++;
    if (bytes[i] === 0x2b || bytes[i] === 0x2d) i++;
    i = skipDigits(bytes, i, 'a digit of the exponent');
  }
  return i;
}

function skipDigits(bytes: Uint8Array, at: number, expected: string): number {
  let i = at;
  while (isDigit(bytes[i])) i++;
  if (i === at) throw unexpected(bytes, at, expected);
  return i;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isHexadecimalDigit(byte: number | undefined): boolean {
  return isDigit(byte) || (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

function checkDepth(at: number, depth: number): void {
  if (depth <= maximumJsonDepth) return;
  throw new InvalidObjectError(
    `at byte ${at}: expected at most ${maximumJsonDepth} levels of lists and objects in each other, found more`,
    { offset: at },
  );
}

/** The error for the byte at `at`, counted from the beginning of the input. */
export function unexpected(bytes: Uint8Array, at: number, expected: string): InvalidObjectError {
  const offset = Math.min(at, bytes.length);
  return new InvalidObjectError(`at byte ${offset}: expected ${expected}, found ${describeByte(bytes[at])}`, {
    offset,
  });
}

function describeByte(byte: number | undefined): string {
  if (byte === undefined) return 'the end';
  if (byte > 0x20 && byte < 0x7f) return `'${String.fromCharCode(byte)}'`;
  return `byte 0x${byte.toString(16).padStart(2, '0')}`;
}
