import { maximumObjectBytes } from '../import/dump-part.js';

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const openBracket = 0x5b;
const closeBrace = 0x7d;
const closeBracket = 0x5d;
const comma = 0x2c;
const itemsKey = /"items"\s*:\s*$/;
/** What a list says besides its items. */
const mostEnvelopeBytes = 4 << 20;

/** What answered is no list. */
export class ListFormatError extends Error {
  override readonly name = 'ListFormatError';
}

/** What a list says besides its items. */
export interface ListEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly resourceVersion: string;
  /** Where the next page begins; '' for the last one. */
  readonly continue: string;
}

type State = 'envelope' | 'items' | 'item' | 'done';

/**
 * Cuts the JSON of a list into its items, each byte looked at once, wherever the pieces end. What is in an item is not looked at, but for its brackets.
 * Throws ListFormatError.
 */
export class ListSplitter {
  private state: State = 'envelope';
  private envelopeBytes: Buffer[] = [];
  private envelopeLength = 0;
  private hasItems = false;
  private depth = 0;
  private inString = false;
  private isEscaped = false;
  private needsComma = false;
  private parts: Buffer[] = [];
  private partBytes = 0;

  /** The items that end in this piece; each is valid until the next one is asked for. */
  *push(piece: Buffer): Generator<Buffer, void> {
    let at = 0;
    while (at < piece.length) {
      if (this.state === 'item') {
        const end = this.scan(piece, at, 0);
        const part = piece.subarray(at, end.at);
        at = end.at;
        if (end.isClosed) {
          this.state = 'items';
          this.needsComma = true;
          yield this.join(part);
        } else {
          this.keep(part);
        }
      } else if (this.state === 'items') {
        at = this.betweenItems(piece, at);
      } else {
        at = this.readEnvelope(piece, at);
      }
    }
  }

  /** What the list says so far: undefined while that is not whole. Before the end it may lack what stands behind the items. */
  peek(): ListEnvelope | undefined {
    if (this.state === 'envelope') return undefined;
    const isOpen = this.state !== 'done';
    try {
      return readEnvelope(`${Buffer.concat(this.envelopeBytes).toString()}${isOpen ? ']}' : ''}`);
    } catch {
      return undefined;
    }
  }

  /** Behind the last piece. */
  finish(): ListEnvelope {
    const text = Buffer.concat(this.envelopeBytes).toString();
    if (this.state !== 'done') {
      const begin = text.trimStart().startsWith('{') ? 'it ends in the middle' : `it begins with ${show(text)}`;
      throw new ListFormatError(`expected a list as JSON; ${text === '' ? 'nothing came' : begin}`);
    }
    return readEnvelope(text);
  }

  private readEnvelope(piece: Buffer, at: number): number {
    let i = at;
    if (this.state === 'done') {
      while (i < piece.length && isSpace(piece[i])) i++;
      if (i < piece.length) throw new ListFormatError(`expected nothing behind the list, found ${show(piece, i)}`);
      return i;
    }
    if (this.depth === 0) {
      while (i < piece.length && isSpace(piece[i])) i++;
      if (i === piece.length) return i;
      if (piece[i] !== openBrace) throw new ListFormatError(`expected a list as JSON, found ${show(piece, i)}`);
      this.depth = 1;
      this.keepEnvelope(piece.subarray(i, i + 1));
      return i + 1;
    }
    const start = i;
    while (i < piece.length) {
      // Up to the next bracket; below the first level no key matters.
      const end = this.scan(piece, i, 0, true);
      i = end.at;
      if (end.isClosed) {
        this.keepEnvelope(piece.subarray(start, i));
        this.state = 'done';
        return i;
      }
      if (end.opened === openBracket && this.depth === 2 && !this.hasItems) {
        this.keepEnvelope(piece.subarray(start, i));
        if (!itemsKey.test(this.envelopeTail(piece, i))) return i;
        this.hasItems = true;
        this.state = 'items';
        this.needsComma = false;
        return i;
      }
    }
    this.keepEnvelope(piece.subarray(start, i));
    return i;
  }

  private envelopeTail(piece: Buffer, end: number): string {
    const tail = piece.toString('latin1', Math.max(0, end - 40), end - 1);
    if (end > 40) return tail;
    return Buffer.concat(this.envelopeBytes).subarray(-41, -1).toString('latin1');
  }

  private betweenItems(piece: Buffer, at: number): number {
    let i = at;
    while (i < piece.length && isSpace(piece[i])) i++;
    const byte = piece[i];
    if (byte === undefined) return i;
    if (byte === closeBracket) {
      this.keepEnvelope(piece.subarray(i, i + 1));
      this.depth = 1;
      this.state = 'envelope';
      return i + 1;
    }
    if (this.needsComma) {
      if (byte !== comma) throw new ListFormatError(`expected "," or "]" behind an item, found ${show(piece, i)}`);
      this.needsComma = false;
      return i + 1;
    }
    if (byte !== openBrace) throw new ListFormatError(`expected an object as an item, found ${show(piece, i)}`);
    this.state = 'item';
    this.depth = 0;
    return i;
  }

  /** Goes on to behind the bracket that brings the depth to `until`, or with `stopAtOpening` behind the next opening one. */
  private scan(
    piece: Buffer,
    from: number,
    until: number,
    stopAtOpening = false,
  ): { at: number; isClosed: boolean; opened?: number } {
    let { depth, inString, isEscaped } = this;
    const { length } = piece;
    let i = from;
    let opened: number | undefined;
    let isClosed = false;
    while (i < length) {
      const byte = piece[i++] as number;
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (byte === backslash) isEscaped = true;
        else if (byte === quote) inString = false;
        else {
          let next = piece[i];
          while (next !== quote && next !== backslash && i < length) next = piece[++i];
        }
      } else if (byte === quote) {
        inString = true;
      } else if (byte === openBrace || byte === openBracket) {
        depth++;
        if (stopAtOpening) {
          opened = byte;
          break;
        }
      } else if (byte === closeBrace || byte === closeBracket) {
        depth--;
        if (depth === until) {
          isClosed = true;
          break;
        }
      }
    }
    this.depth = depth;
    this.inString = inString;
    this.isEscaped = isEscaped;
    return opened === undefined ? { at: i, isClosed } : { at: i, isClosed, opened };
  }

  private keep(part: Buffer): void {
    // The piece may be used again by whoever gave it.
    this.parts.push(part);
    this.partBytes += part.length;
    if (this.partBytes > maximumObjectBytes) {
      throw new ListFormatError(`expected objects of at most ${maximumObjectBytes >> 20} MiB, found a larger one`);
    }
  }

  private join(last: Buffer): Buffer {
    if (this.parts.length === 0) return last;
    const whole = Buffer.concat([...this.parts, last], this.partBytes + last.length);
    this.parts = [];
    this.partBytes = 0;
    return whole;
  }

  private keepEnvelope(part: Buffer): void {
    this.envelopeBytes.push(Buffer.from(part));
    this.envelopeLength += part.length;
    if (this.envelopeLength > mostEnvelopeBytes) throw new ListFormatError('expected a list, found no items in 4 MiB');
  }
}

function readEnvelope(text: string): ListEnvelope {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ListFormatError(`expected a list as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const list = value as Record<string, unknown>;
  const { apiVersion, kind } = list;
  const metadata = (list.metadata ?? {}) as Record<string, unknown>;
  if (typeof kind !== 'string' || typeof apiVersion !== 'string' || !('items' in list)) {
    throw new ListFormatError(`expected apiVersion, kind and items of a list, found ${show(text)}`);
  }
  const { resourceVersion = '', continue: next = '' } = metadata;
  return { apiVersion, kind, resourceVersion: String(resourceVersion), continue: String(next) };
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function show(found: string | Buffer, at = 0): string {
  return JSON.stringify(typeof found === 'string' ? found.slice(at, at + 60) : found.toString('utf8', at, at + 60));
}
