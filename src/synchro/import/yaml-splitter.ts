import { isUtf8 } from 'node:buffer';
import { ChunkBuffer } from './chunk-buffer.js';
import { type DumpPart, type ListHeader, maximumObjectBytes, type Splitter } from './dump-part.js';
import { createJsonSplitter } from './json-splitter.js';
import { NotADumpError } from './not-a-dump-error.js';
import { refuseDocument } from './refuse-document.js';
import { YamlError, yamlToJson } from './yaml-to-json.js';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const hash = 0x23;
const dash = 0x2d;
/** Up to this size a document is held back until its end, because one with aliases has to be read as a whole. */
const wholeDocumentBytes = 2 << 20;
const alias = /(?:^|[\s,[{:])\*[^\s,[\]{}]+/m;
const anchor = /(?:^|[\s,[{:])&[^\s,[\]{}]+/m;
const excerptBytes = 64 << 10;

/**
 * YAML documents. A `List` in block style is cut into its items by its lines, so that no more than an item is parsed at a time; everything else
 * is parsed document by document. An item that is no YAML costs itself.
 */
export function createYamlSplitter(): Splitter {
  return new YamlSplitter();
}

type State = 'document' | 'afterItemsKey' | 'items' | 'tail';

interface Span {
  readonly start: number;
  readonly end: number;
}

class YamlSplitter implements Splitter {
  private readonly window = new ChunkBuffer();
  private state: State = 'document';
  /** Offsets in the window: the next line, the document, the item that is being read, items that wait. */
  private at = 0;
  private documentStart = 0;
  private itemStart = 0;
  private waiting: Span[] = [];
  private isWhole = true;
  private indent = 0;
  private header: ListHeader = {};
  private index = 0;

  *push(chunk: Buffer): Iterable<DumpPart> {
    if (this.window.push(chunk)) yield* this.read(false);
  }

  *end(): Iterable<DumpPart> {
    this.window.join();
    yield* this.read(true);
    yield* this.closeDocument(this.window.bytes.length);
  }

  private *read(isLast: boolean): Iterable<DumpPart> {
    const { bytes } = this.window;
    while (this.at < bytes.length) {
      const lineEnd = bytes.indexOf(lineFeed, this.at);
      if (lineEnd === -1 && !isLast) break;
      const next = lineEnd === -1 ? bytes.length : lineEnd + 1;
      yield* this.line(this.at, next);
      this.at = next;
    }
    yield* this.forget();
  }

  private *line(start: number, next: number): Iterable<DumpPart> {
    const { bytes } = this.window;
    if (isMarker(bytes, start, next)) {
      yield* this.closeDocument(start);
      // What stands behind the marker, a flow mapping for example, belongs to the document.
      this.documentStart = start + 3;
      return;
    }
    if (this.state === 'document') this.readDocumentLine(start, next);
    else if (this.state === 'afterItemsKey') this.readFirstItemLine(start, next);
    else if (this.state === 'items') yield* this.readItemLine(start, next);
    else this.readHeaderLine(start, next);
  }

  private readDocumentLine(start: number, next: number): void {
    const first = this.window.bytes[start];
    if (first === undefined || first <= space || first === hash || first === dash) return;
    this.readHeaderLine(start, next);
    const mayBeList = this.header.kind === undefined || this.header.kind.endsWith('List');
    if (mayBeList && /^items:\s*(?:#.*)?$/.test(this.text(start, next).trimEnd())) this.state = 'afterItemsKey';
  }

  private readHeaderLine(start: number, next: number): void {
    const first = this.window.bytes[start];
    if (first !== 0x6b && first !== 0x61) return;
    const found = /^(kind|apiVersion):\s+(["']?)([^\s"'#]+)\2\s*(?:#.*)?$/.exec(this.text(start, next).trimEnd());
    if (found === null) return;
    this.header[found[1] as 'kind' | 'apiVersion'] = found[3] as string;
    if (found[1] === 'kind') refuseDocument(this.header.kind);
  }

  private readFirstItemLine(start: number, next: number): void {
    const { indent, first } = this.measure(start, next);
    if (first === undefined || first === hash) return;
    this.state = first === dash ? 'items' : 'document';
    this.indent = indent;
    this.itemStart = start;
  }

  private *readItemLine(start: number, next: number): Iterable<DumpPart> {
    const { indent, first } = this.measure(start, next);
    if (first === undefined || first === hash || indent > this.indent) return;
    yield* this.closeItem(start);
    if (indent === this.indent && first === dash) {
      this.itemStart = start;
    } else {
      this.state = 'tail';
      this.readHeaderLine(start, next);
    }
  }

  private measure(start: number, next: number): { indent: number; first: number | undefined } {
    const { bytes } = this.window;
    let i = start;
    while (i < next && bytes[i] === space) i++;
    const byte = bytes[i];
    const isBlank = i >= next || byte === lineFeed || byte === carriageReturn;
    return { indent: i - start, first: isBlank ? undefined : byte };
  }

  private *closeItem(end: number): Iterable<DumpPart> {
    this.waiting.push({ start: this.itemStart, end });
    this.itemStart = end;
    if (this.isWhole && end - this.documentStart > wholeDocumentBytes) this.isWhole = false;
    if (!this.isWhole) yield* this.releaseItems();
  }

  private *releaseItems(): Iterable<DumpPart> {
    const items = this.waiting;
    this.waiting = [];
    for (const { start, end } of items) {
      const bytes = Buffer.from(this.window.bytes.subarray(start, end));
      bytes[this.indent] = space;
      yield* this.parse(bytes, { offset: this.window.base + start, list: this.header });
    }
  }

  private *closeDocument(end: number): Iterable<DumpPart> {
    if (this.state === 'items') yield* this.closeItem(end);
    const isList = this.state === 'items' || this.state === 'tail';
    const document = this.window.bytes.subarray(this.documentStart, end);
    const hasAliases = isList && this.isWhole && alias.test(document.toString()) && anchor.test(document.toString());
    if (isList && !hasAliases) yield* this.releaseItems();
    else yield* this.parse(document, { offset: this.window.base + this.documentStart });
    this.waiting = [];
    this.isWhole = true;
    this.header = {};
    this.state = 'document';
    this.documentStart = end;
  }

  private *parse(bytes: Buffer, { offset, list }: { offset: number; list?: ListHeader }): Iterable<DumpPart> {
    try {
      if (!isUtf8(bytes)) throw new YamlError('expected UTF-8, found bytes that are none');
      const json = yamlToJson(bytes.toString());
      if (json === undefined) return;
      if (list === undefined) yield* this.splitDocument(json, offset);
      else yield { type: 'item', index: this.index++, offset, json: Buffer.from(json), list };
    } catch (error) {
      if (!(error instanceof YamlError)) throw error;
      const excerpt = bytes.toString('utf8', 0, excerptBytes);
      yield { type: 'fault', index: this.index++, offset, reason: error.message, excerpt };
    }
  }

  private *splitDocument(json: string, offset: number): Iterable<DumpPart> {
    const value: unknown = JSON.parse(json);
    const isObject = typeof value === 'object' && value !== null && 'kind' in value && 'apiVersion' in value;
    if (!isObject) {
      const message = `expected a Kubernetes object with apiVersion and kind, found ${describeText(json)}`;
      throw this.index === 0 ? new NotADumpError(message) : new YamlError(message);
    }
    const splitter = createJsonSplitter();
    for (const part of [...splitter.push(Buffer.from(json)), ...splitter.end()]) {
      yield { ...part, index: this.index++, offset };
    }
  }

  private *forget(): Iterable<DumpPart> {
    const isHeld = this.isWhole || this.state === 'document' || this.state === 'afterItemsKey';
    const next = this.state === 'items' ? this.itemStart : this.at;
    const keepFrom = isHeld ? this.documentStart : next;
    this.window.drop(keepFrom);
    this.at -= keepFrom;
    this.documentStart -= keepFrom;
    this.itemStart -= keepFrom;
    this.waiting = this.waiting.map(({ start, end }) => ({ start: start - keepFrom, end: end - keepFrom }));
    if (this.window.bytes.length > maximumObjectBytes) {
      const found = `no end of an object from byte ${this.window.base} on`;
      throw new NotADumpError(`expected objects of at most ${maximumObjectBytes >> 20} MiB, found ${found}`);
    }
    this.window.wantMore();
  }

  private text(start: number, end: number): string {
    return this.window.bytes.toString('utf8', start, Math.min(end, start + 1000));
  }
}

/** `---` or `...` at the beginning of a line, alone or before a space. */
function isMarker(bytes: Buffer, start: number, next: number): boolean {
  const first = bytes[start];
  if ((first !== dash && first !== 0x2e) || bytes[start + 1] !== first || bytes[start + 2] !== first) return false;
  const behind = bytes[start + 3];
  return start + 3 >= next || behind === undefined || behind <= space;
}

function describeText(json: string): string {
  return json.length > 120 ? `${json.slice(0, 117)}...` : json;
}
