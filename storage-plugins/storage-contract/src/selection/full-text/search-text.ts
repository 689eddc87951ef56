import { maximumJsonDepth, skipJsonSpace, skipJsonValue, unexpected } from '../../prepare/json-scanner.js';
import { clusterNameAnnotation, lastAppliedAnnotation } from '../../prepare-object.js';
import { longestWord, wordsOf } from './words.js';

/**
 * What is searched of a stored object: its texts, each the words of `wordsOf` with a blank between them, each between newlines, in the order of the object.
 * A text is a string, or a number as it stands there. The names of members count where they are free: below `labels`, `annotations`,
 * `matchLabels`, `nodeSelector`, `data`, `binaryData` and `stringData`; name and value are one text then, so that `app=web` is found.
 * Not searched: booleans, texts that are an RFC 3339 time, `metadata.managedFields`, `metadata.resourceVersion`, the last-applied annotation, the name
 * of the annotation that says the cluster, values of `binaryData`, and of a Secret the values of `data`, `stringData` and annotations.
 * Throws InvalidObjectError for bytes that are no JSON.
 */
export function searchTextOf(json: Uint8Array): Uint8Array {
  return Uint8Array.from(scanSearchText(json));
}

type Place = 'root' | 'metadata' | 'annotations' | 'named' | 'names alone' | 'plain';

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const closeBracket = 0x5d;
const openBracket = 0x5b;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const blank = 0x20;
const newline = 0x0a;

/** What a byte of a string is: 0 ends a word, 1 the string, 2 the quick way; else it belongs to a word, and is this in lower case. */
const byteClass = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === quote) return 1;
  if (byte === 0x5c || byte >= 0x80) return 2;
  if ((byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a)) return byte;
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : 0;
});

const namedMembers = new Set([
  'labels',
  'annotations',
  'matchLabels',
  'nodeSelector',
  'data',
  'binaryData',
  'stringData',
]);
const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

const retainedBytes = 1 << 20;
let retained: Buffer = Buffer.allocUnsafeSlow(64 << 10);

/** As `searchTextOf`, in memory that the next call uses again. */
export function scanSearchText(json: Uint8Array): Buffer {
  const source = Buffer.isBuffer(json) ? json : Buffer.from(json.buffer, json.byteOffset, json.byteLength);
  const scanner = new SearchTextScanner(
    source,
    retained.length >= source.length + 8 ? retained : larger(source.length + 8),
  );
  const text = scanner.scan();
  if (scanner.target.length <= retainedBytes) retained = scanner.target;
  return text;
}

function larger(size: number): Buffer {
  return Buffer.allocUnsafeSlow(Math.max(size, Math.min(2 * retained.length, retainedBytes)));
}

/** Writes while it reads: what is written is never longer than what was read, but for texts that are not plain ASCII. */
class SearchTextScanner {
  readonly #bytes: Buffer;
  readonly #input: { readonly bytes: Buffer; spaces: number };
  target: Buffer;
  #length = 0;
  /** In front of the next word: a newline when it begins a text. */
  #separator = newline;
  /** Until its kind is known an object is taken for a Secret. */
  #isSecret = true;

  constructor(bytes: Buffer, target: Buffer) {
    this.#bytes = bytes;
    this.#input = { bytes, spaces: 0 };
    this.target = target;
  }

  scan(): Buffer {
    const start = skipJsonSpace(this.#input, 0);
    if (this.#bytes[start] !== openBrace) throw unexpected(this.#bytes, start, 'an object ("{")');
    this.#object(start, 'root', 1);
    this.target[this.#length++] = newline;
    return this.target.subarray(0, this.#length);
  }

  #value(at: number, place: Place, depth: number): number {
    const byte = this.#bytes[at];
    if (byte === quote) return this.#string(at, true);
    if (byte === openBrace) return this.#object(at, place, depth + 1);
    if (byte === openBracket) return this.#list(at, depth + 1);
    const end = skipJsonValue(this.#input, at, depth);
    if (byte !== 0x74 && byte !== 0x66 && byte !== 0x6e) this.#ascii(at, end);
    return end;
  }

  #object(at: number, place: Place, depth: number): number {
    const bytes = this.#bytes;
    checkDepth(bytes, at, depth);
    let i = skipJsonSpace(this.#input, at + 1);
    if (bytes[i] === closeBrace) return i + 1;
    for (;;) {
      if (bytes[i] !== quote) throw unexpected(bytes, i, 'a member name');
      const keyStart = i;
      const keyEnd = skipJsonValue(this.#input, i, depth);
      i = skipJsonSpace(this.#input, keyEnd);
      if (bytes[i] !== colon) throw unexpected(bytes, i, '":" behind the member name');
      i = this.#member([keyStart, keyEnd], { at: skipJsonSpace(this.#input, i + 1), place, depth });
      i = skipJsonSpace(this.#input, i);
      if (bytes[i] === closeBrace) return i + 1;
      if (bytes[i] !== comma) throw unexpected(bytes, i, '"," or "}"');
      i = skipJsonSpace(this.#input, i + 1);
    }
  }

  #list(at: number, depth: number): number {
    const bytes = this.#bytes;
    checkDepth(bytes, at, depth);
    let i = skipJsonSpace(this.#input, at + 1);
    if (bytes[i] === closeBracket) return i + 1;
    for (;;) {
      this.#separator = newline;
      i = skipJsonSpace(this.#input, this.#value(i, 'plain', depth));
      if (bytes[i] === closeBracket) return i + 1;
      if (bytes[i] !== comma) throw unexpected(bytes, i, '"," or "]"');
      i = skipJsonSpace(this.#input, i + 1);
    }
  }

  /** A member whose value begins at `at`; returns the offset behind it. */
  #member(
    [keyStart, keyEnd]: readonly [number, number],
    { at, place, depth }: { readonly at: number; readonly place: Place; readonly depth: number },
  ): number {
    this.#separator = newline;
    if (place === 'named' || place === 'names alone' || place === 'annotations') {
      let hidden = place === 'names alone';
      let named = true;
      if (place === 'annotations') {
        const name = this.#text(keyStart, keyEnd);
        if (name === lastAppliedAnnotation) return skipJsonValue(this.#input, at, depth);
        named = name !== clusterNameAnnotation;
        hidden = named && this.#isSecret;
      }
      if (named) this.#string(keyStart, false);
      return hidden ? skipJsonValue(this.#input, at, depth) : this.#value(at, 'plain', depth);
    }
    // Most members are plain, and of their names only some lengths are of interest.
    const isPlain = place === 'plain' && this.#bytes[at] !== openBrace;
    const name = isPlain ? '' : this.#text(keyStart, keyEnd);
    if (place === 'root') {
      if (name === 'kind') this.#isSecret = this.#text(at, skipJsonValue(this.#input, at, depth)) === 'Secret';
      if (name === 'metadata') return this.#value(at, 'metadata', depth);
      if (name === 'binaryData' || (this.#isSecret && (name === 'data' || name === 'stringData'))) {
        return this.#bytes[at] === openBrace
          ? this.#value(at, 'names alone', depth)
          : skipJsonValue(this.#input, at, depth);
      }
    }
    if (place === 'metadata') {
      if (name === 'managedFields' || name === 'resourceVersion') return skipJsonValue(this.#input, at, depth);
      if (name === 'annotations') return this.#value(at, 'annotations', depth);
    }
    return this.#value(at, namedMembers.has(name) ? 'named' : 'plain', depth);
  }

  /** The words of the string at `at`; returns the offset behind it. A name may look like a time. */
  #string(at: number, isValue: boolean): number {
    const bytes = this.#bytes;
    if (isValue && bytes[at + 5] === 0x2d && bytes[at + 11] === 0x54) {
      const end = skipJsonValue(this.#input, at, 0);
      if (end - at <= 42 && rfc3339.test(bytes.toString('latin1', at + 1, end - 1))) return end;
    }
    const { target } = this;
    const before = this.#length;
    let separator = this.#separator;
    let to = before;
    let inWord = 0;
    for (let i = at + 1; i < bytes.length; i++) {
      const found = byteClass[bytes[i] as number] as number;
      if (found > 2) {
        if (inWord === 0) {
          target[to++] = separator;
          separator = blank;
        }
        if (inWord++ < longestWord) target[to++] = found;
      } else if (found === 0) {
        inWord = 0;
      } else if (found === 1) {
        this.#length = to;
        this.#separator = separator;
        return i + 1;
      } else {
        return this.#foreign(at);
      }
    }
    throw unexpected(bytes, bytes.length, `the end of the string that begins at byte ${at}`);
  }

  /** A string with characters beyond ASCII, or with escapes. */
  #foreign(at: number): number {
    const end = skipJsonValue(this.#input, at, 0);
    for (const word of wordsOf(this.#text(at, end))) {
      const bytes = Buffer.from(word);
      // As much as was read is room for the rest; a word may be longer than what it was made of.
      const needed = this.#length + 1 + bytes.length + (this.#bytes.length - end) + 8;
      if (needed > this.target.length) {
        const grown = Buffer.allocUnsafeSlow(2 * needed);
        this.target.copy(grown, 0, 0, this.#length);
        this.target = grown;
      }
      this.target[this.#length++] = this.#separator;
      this.#separator = blank;
      this.#length += bytes.copy(this.target, this.#length);
    }
    return end;
  }

  /** The words of a number. */
  #ascii(start: number, end: number): void {
    let inWord = 0;
    for (let i = start; i < end; i++) {
      const found = byteClass[this.#bytes[i] as number] as number;
      if (found <= 2) {
        inWord = 0;
        continue;
      }
      if (inWord === 0) {
        this.target[this.#length++] = this.#separator;
        this.#separator = blank;
      }
      if (inWord++ < longestWord) this.target[this.#length++] = found;
    }
  }

  /** The string between two quotes; '' for any other value. */
  #text(start: number, end: number): string {
    if (this.#bytes[start] !== quote) return '';
    const raw = this.#bytes.toString('utf8', start + 1, end - 1);
    return raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
  }
}

function checkDepth(bytes: Uint8Array, at: number, depth: number): void {
  if (depth > maximumJsonDepth) throw unexpected(bytes, at, `at most ${maximumJsonDepth} levels of lists and objects`);
}
