import { InvalidObjectError, type JsonInput, skipJsonSpace, skipJsonValue } from '@clusterdex/storage-contract';
import { ChunkBuffer } from './chunk-buffer.js';
import {
  type DumpFault,
  type DumpItem,
  type DumpPart,
  type ListHeader,
  maximumObjectBytes,
  type Splitter,
} from './dump-part.js';
import { findResumption } from './find-resumption.js';
import { NotADumpError } from './not-a-dump-error.js';
import { refuseDocument } from './refuse-document.js';

const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const excerptBytes = 64 << 10;

/**
 * JSON documents, one behind the other: objects, lists of objects (with kind and items, in any order), bare arrays of objects.
 * A broken object costs itself: reading goes on with the next one that is whole.
 */
export function createJsonSplitter(): Splitter {
  return new JsonSplitter();
}

type State = 'between' | 'members' | 'items' | 'recover';

class JsonSplitter implements Splitter {
  private readonly window = new ChunkBuffer();
  private input: JsonInput = { bytes: this.window.bytes, spaces: 0 };
  /** Offset in the window of what is read next; what lies before it is needed only within a document that may be an object. */
  private at = 0;
  private documentStart = 0;
  private state: State = 'between';
  private header: ListHeader = {};
  private isList = false;
  private isBare = false;
  private needsComma = false;
  private index = 0;
  private isLast = false;
  /** What has to come behind the end of the window. */
  private expected = 'more';
  private broken = { start: 0, fault: 0, isItem: false };

  *push(chunk: Buffer): Iterable<DumpPart> {
    if (this.window.push(chunk)) yield* this.read();
  }

  *end(): Iterable<DumpPart> {
    this.isLast = true;
    this.window.join();
    yield* this.read();
    if (this.state === 'recover') yield this.lost();
    else if (this.state !== 'between') yield this.truncated();
  }

  private *read(): Iterable<DumpPart> {
    this.input = { bytes: this.window.bytes, spaces: 0 };
    for (;;) {
      const before = this.at;
      const state = this.state;
      try {
        const part = this.step();
        if (part !== undefined) yield part;
        else if (this.at === before && this.state === state) break;
      } catch (error) {
        if (!(error instanceof InvalidObjectError) || error.offset === undefined) throw error;
        if (error.offset >= this.window.bytes.length) {
          this.expected = error.message.replace(/^at byte \d+: /, '').replace(/, found the end$/, '');
          break;
        }
        yield this.fault(error.offset, error.message);
      }
    }
    this.forget();
  }

  private step(): DumpPart | undefined {
    switch (this.state) {
      case 'between':
        return this.openDocument();
      case 'members':
        return this.readMember();
      case 'items':
        return this.readItem();
      case 'recover':
        return this.recover();
    }
  }

  private openDocument(): undefined {
    const { bytes } = this.window;
    this.at = skipJsonSpace(this.input, this.at);
    if (this.at === bytes.length) return;
    const first = bytes[this.at];
    if (first !== openBrace && first !== openBracket) {
      throw this.unexpected(this.at, 'an object ("{")');
    }
    this.documentStart = this.at;
    this.header = {};
    this.isBare = first === openBracket;
    this.isList = this.isBare;
    this.needsComma = false;
    this.at++;
    this.state = this.isBare ? 'items' : 'members';
  }

  private readMember(): DumpPart | undefined {
    const { bytes } = this.window;
    let i = skipJsonSpace(this.input, this.at);
    if (bytes[i] === closeBrace) return this.closeDocument(i + 1);
    if (this.needsComma) {
      if (bytes[i] !== comma) throw this.unexpected(i, '"," or "}"');
      i = skipJsonSpace(this.input, i + 1);
    }
    if (bytes[i] !== 0x22) throw this.unexpected(i, 'a member name');
    const keyEnd = skipJsonValue(this.input, i, 1);
    const name = bytes.toString('utf8', i + 1, keyEnd - 1);
    i = skipJsonSpace(this.input, keyEnd);
    if (bytes[i] !== 0x3a) throw this.unexpected(i, '":" behind the member name');
    const start = skipJsonSpace(this.input, i + 1);
    if (name === 'items' && bytes[start] === openBracket && this.mayBeList()) {
      this.at = start + 1;
      this.isList = true;
      this.needsComma = false;
      this.state = 'items';
      return;
    }
    const end = this.endOfValue(start, 1);
    if (name === 'kind' || name === 'apiVersion') this.readHeader(name, start, end);
    this.at = end;
    this.needsComma = true;
    return;
  }

  private mayBeList(): boolean {
    return this.header.kind === undefined || this.header.kind.endsWith('List');
  }

  private readHeader(name: 'kind' | 'apiVersion', start: number, end: number): void {
    const value: unknown = JSON.parse(this.window.bytes.toString('utf8', start, end));
    if (typeof value === 'string') this.header[name] = value;
    if (name === 'kind') refuseDocument(this.header.kind);
  }

  private closeDocument(end: number): DumpPart | undefined {
    this.at = end;
    this.state = 'between';
    if (this.isList) return this.checkList();
    if (this.header.kind?.endsWith('List')) return this.emptyList(end);
    return this.documentItem(end);
  }

  private checkList(): DumpFault | undefined {
    const { kind } = this.header;
    if (kind === undefined || kind.endsWith('List')) return;
    const reason = `expected the kind of a list, since it has items, found ${JSON.stringify(kind)}`;
    return { type: 'fault', offset: this.window.base + this.at, reason };
  }

  /** Go writes an empty list as null; a list without items is not what it says. */
  private emptyList(end: number): DumpPart | undefined {
    const { items, metadata } = JSON.parse(this.document(end).toString()) as Record<string, unknown>;
    if (items === null) return;
    if (typeof metadata === 'object' && metadata !== null && 'name' in metadata) return this.documentItem(end);
    throw new NotADumpError(`expected a list with items, found ${JSON.stringify(this.header.kind)} without`);
  }

  private documentItem(end: number): DumpItem {
    const offset = this.window.base + this.documentStart;
    return { type: 'item', index: this.index++, offset, json: this.document(end) };
  }

  private document(end: number): Buffer {
    return this.window.bytes.subarray(this.documentStart, end);
  }

  private readItem(): DumpPart | undefined {
    const { bytes } = this.window;
    let i = skipJsonSpace(this.input, this.at);
    if (bytes[i] === closeBracket) {
      this.at = i + 1;
      this.needsComma = true;
      this.state = this.isBare ? 'between' : 'members';
      return;
    }
    if (this.needsComma) {
      if (bytes[i] !== comma) throw this.unexpected(i, '"," or "]"');
      i = skipJsonSpace(this.input, i + 1);
    }
    this.at = i;
    this.needsComma = false;
    const end = this.endOfValue(i, 0);
    if (bytes[i] !== openBrace) this.checkNeighbour(i, end);
    this.at = end;
    this.needsComma = true;
    const json = bytes.subarray(i, end);
    return { type: 'item', index: this.index++, offset: this.window.base + i, json, list: this.header };
  }

  /** A value that is no object is an item only where one could stand; else it is a piece of something broken. */
  private checkNeighbour(at: number, end: number): void {
    const next = skipJsonSpace(this.input, end);
    const byte = this.window.bytes[next];
    if (next >= this.window.bytes.length) throw this.unexpected(next, '"," or "]"');
    if (byte !== comma && byte !== closeBracket) throw this.unexpected(at, 'an object ("{")');
  }

  /** A number that ends where the window ends may go on behind it. */
  private endOfValue(at: number, depth: number): number {
    const end = skipJsonValue(this.input, at, depth);
    if (end === this.window.bytes.length && !this.isLast) throw this.unexpected(end, 'more');
    return end;
  }

  /** Where what is being read began: the whole document when it may be an object, else what comes next. */
  private begin(): number {
    return this.state === 'members' && !this.isList ? this.documentStart : this.at;
  }

  private excerpt(begin: number): string {
    return this.window.bytes.toString('utf8', begin, begin + excerptBytes);
  }

  private fault(faultAt: number, message: string): DumpFault {
    const { base } = this.window;
    const start = this.begin();
    const excerpt = this.excerpt(start);
    this.broken = { start, fault: faultAt, isItem: this.state === 'items' };
    this.state = 'recover';
    const reason = message.replace(/^at byte \d+/, `at byte ${base + faultAt}`);
    return { type: 'fault', index: this.index++, offset: base + start, reason, excerpt };
  }

  private recover(): undefined {
    const { isItem } = this.broken;
    const isTyped = this.header.kind !== undefined && this.header.kind !== 'List';
    const found = findResumption(this.window.bytes, { ...this.broken, isTyped, isLast: this.isLast });
    if (found === undefined) return;
    this.at = found.at;
    this.needsComma = found.isBehindObject;
    this.state = isItem ? 'items' : 'between';
  }

  private forget(): void {
    const isHeld = this.state === 'members' && !this.isList;
    const next = isHeld ? this.documentStart : this.at;
    const keepFrom = this.state === 'recover' ? this.broken.start : next;
    this.window.drop(keepFrom);
    this.at -= keepFrom;
    this.documentStart -= keepFrom;
    this.broken = { ...this.broken, start: this.broken.start - keepFrom, fault: this.broken.fault - keepFrom };
    if (this.window.bytes.length > maximumObjectBytes) this.giveUp();
    this.window.wantMore();
  }

  private giveUp(): void {
    const { base } = this.window;
    const what = this.state === 'recover' ? 'no whole object behind a broken one' : 'no end of an object';
    throw new NotADumpError(
      `expected objects of at most ${maximumObjectBytes >> 20} MiB, found ${what} from byte ${base} on`,
    );
  }

  private lost(): DumpFault {
    const { base, bytes } = this.window;
    const reason = `expected another object behind a broken one, found none up to the end at byte ${base + bytes.length}`;
    return { type: 'fault', offset: base + this.broken.start, reason };
  }

  private truncated(): DumpFault {
    const { base, bytes } = this.window;
    const begin = this.begin();
    const isWithinObject = begin < bytes.length && bytes[begin] === openBrace;
    return {
      type: 'fault',
      ...(isWithinObject ? { index: this.index, excerpt: this.excerpt(begin) } : {}),
      offset: base + begin,
      reason: `the input ends at byte ${base + bytes.length}: expected ${this.expected}, found the end`,
    };
  }

  private unexpected(at: number, expected: string): InvalidObjectError {
    const { bytes } = this.window;
    const found = at >= bytes.length ? 'the end' : JSON.stringify(bytes.toString('utf8', at, at + 1));
    return new InvalidObjectError(`at byte ${at}: expected ${expected}, found ${found}`, { offset: at });
  }
}
