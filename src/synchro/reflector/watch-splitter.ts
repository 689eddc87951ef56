import { InvalidObjectError, skipJsonObject, skipJsonSpace } from '@clusterdex/storage-contract';
import { maximumObjectBytes } from '../import/dump-part.js';

/** `object` are the bytes as they came; valid until the next event is asked for. */
export interface WatchEvent {
  readonly type: string;
  readonly object: Buffer;
}

/** A line that is no event; those that follow are read. */
export interface WatchFault {
  readonly type: 'fault';
  readonly reason: string;
  readonly excerpt: string;
}

const lineFeed = 0x0a;
const closeBrace = 0x7d;
const excerptBytes = 4096;

/** How a kube-apiserver begins a line. */
const beginnings = ['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'].map((type) => ({
  type,
  bytes: Buffer.from(`{"type":"${type}","object":`),
}));

/** Cuts a watch into its events, a line each, without parsing what is in them. */
export class WatchSplitter {
  private parts: Buffer[] = [];
  private partBytes = 0;
  private isSkipping = false;

  *push(piece: Buffer): Generator<WatchEvent | WatchFault, void> {
    let start = 0;
    for (;;) {
      const end = piece.indexOf(lineFeed, start);
      if (end === -1) break;
      const line = this.join(piece.subarray(start, end));
      start = end + 1;
      if (this.isSkipping) this.isSkipping = false;
      else if (!isBlank(line)) yield readEvent(line);
    }
    if (start === piece.length || this.isSkipping) return;
    this.parts.push(piece.subarray(start));
    this.partBytes += piece.length - start;
    if (this.partBytes <= maximumObjectBytes) return;
    const excerpt = this.join(Buffer.alloc(0)).toString('utf8', 0, excerptBytes);
    this.isSkipping = true;
    yield {
      type: 'fault',
      reason: `expected an event of at most ${maximumObjectBytes >> 20} MiB, found a larger one`,
      excerpt,
    };
  }

  private join(last: Buffer): Buffer {
    if (this.parts.length === 0) return last;
    const whole = Buffer.concat([...this.parts, last], this.partBytes + last.length);
    this.parts = [];
    this.partBytes = 0;
    return whole;
  }
}

function readEvent(line: Buffer): WatchEvent | WatchFault {
  const end = lastByte(line);
  for (const { type, bytes } of beginnings) {
    const isIt = bytes.length < end && line[bytes.length] === 0x7b && bytes.equals(line.subarray(0, bytes.length));
    // Two brackets at the end: that of the object, and that of the event.
    if (isIt && line[end] === closeBrace && line[end - 1] === closeBrace) {
      return { type, object: line.subarray(bytes.length, end) };
    }
  }
  return readOther(line);
}

/** The same in another order, or with white space. */
function readOther(line: Buffer): WatchEvent | WatchFault {
  const spans = new Map<string, readonly [number, number]>();
  let key = '';
  try {
    const input = { bytes: line, spaces: 0 };
    const start = skipJsonSpace(input, 0);
    if (line[start] !== 0x7b) throw new InvalidObjectError('expected an event as JSON');
    skipJsonObject(input, start, 1, {
      key(from, to) {
        key = line.toString('utf8', from + 1, to - 1);
        return undefined;
      },
      value: (from, to) => void spans.set(key, [from, to]),
    });
    const type = spans.get('type');
    const object = spans.get('object');
    if (type === undefined || object === undefined || line[object[0]] !== 0x7b) {
      throw new InvalidObjectError('expected an event with type and object');
    }
    return { type: JSON.parse(line.toString('utf8', ...type)) as string, object: line.subarray(...object) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { type: 'fault', reason, excerpt: line.toString('utf8', 0, excerptBytes) };
  }
}

function lastByte(line: Buffer): number {
  let end = line.length - 1;
  while (end >= 0 && (line[end] as number) <= 0x20) end--;
  return end;
}

function isBlank(line: Buffer): boolean {
  return lastByte(line) < 0;
}
