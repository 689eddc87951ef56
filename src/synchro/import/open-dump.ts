import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { NotADumpError } from './not-a-dump-error.js';

const chunkBytes = 1 << 20;
/** Unpacks to 32 MiB at most. */
const packedSliceBytes = 32 << 10;

/** The bytes of a dump as they are read: decompressed, UTF-8, without a byte order mark. */
export interface OpenedDump {
  readonly chunks: AsyncIterable<Buffer>;
  /** Bytes taken from the file so far, compressed ones where it is compressed. */
  bytesRead(): number;
  /** Of the file; undefined for a pipe. */
  readonly bytesTotal: number | undefined;
  readonly isCompressed: boolean;
  close(): void;
}

/** Opens a file, or stdin for `-`. Rejects with the error of the file system. */
export async function openDump(file: string, stdin: Readable): Promise<OpenedDump> {
  const { stream, bytesTotal } = file === '-' ? { stream: stdin, bytesTotal: undefined } : await openFile(file);
  let bytesRead = 0;
  const counted = countBytes(stream, (count) => {
    bytesRead += count;
  });
  const raw = await peek(counted, 2);
  const isCompressed = raw.beginning[0] === 0x1f && raw.beginning[1] === 0x8b;
  const plain = await peek(isCompressed ? gunzip(raw.chunks) : raw.chunks, 4);
  return {
    chunks: toUtf8(plain),
    bytesRead: () => bytesRead,
    bytesTotal,
    isCompressed,
    close: () => void stream.destroy(),
  };
}

async function openFile(file: string): Promise<{ stream: Readable; bytesTotal: number | undefined }> {
  const handle = await open(file, 'r');
  const status = await handle.stat();
  if (status.isDirectory()) {
    await handle.close();
    throw new NotADumpError('expected a file, found a directory');
  }
  const stream = handle.createReadStream({ highWaterMark: chunkBytes });
  return { stream, bytesTotal: status.isFile() ? status.size : undefined };
}

async function* countBytes(stream: Readable, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of stream as AsyncIterable<Buffer | string>) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    count(bytes.length);
    yield bytes;
  }
}

interface Peeked {
  readonly beginning: Buffer;
  readonly chunks: AsyncIterable<Buffer>;
}

/** The first bytes, and everything, these bytes included. */
async function peek(chunks: AsyncGenerator<Buffer> | AsyncIterable<Buffer>, count: number): Promise<Peeked> {
  const iterator = chunks[Symbol.asyncIterator]();
  let beginning: Buffer = Buffer.alloc(0);
  while (beginning.length < count) {
    const next = await iterator.next();
    if (next.done === true) break;
    beginning = beginning.length === 0 ? next.value : Buffer.concat([beginning, next.value]);
  }
  const all = async function* (): AsyncGenerator<Buffer> {
    if (beginning.length > 0) yield beginning;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  };
  return { beginning, chunks: all() };
}

/** Hands on what was unpacked before an error, and then the error; a stream that is destroyed by one forgets what it holds. */
async function* gunzip(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unpack = createGunzip({ chunkSize: 256 << 10 });
  let unpacked: Buffer[] = [];
  let failure: Error | undefined;
  unpack.on('data', (chunk: Buffer) => unpacked.push(chunk));
  const settled = (act: (done: () => void) => void) =>
    new Promise<void>((resolve) => {
      const fail = (error: Error) => {
        failure ??= error;
        resolve();
      };
      unpack.once('error', fail);
      act(() => {
        unpack.off('error', fail);
        resolve();
      });
    });
  const take = () => {
    const taken = unpacked;
    unpacked = [];
    return taken;
  };
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length && failure === undefined; at += packedSliceBytes) {
        await settled((done) => unpack.write(chunk.subarray(at, at + packedSliceBytes), done));
        yield* take();
      }
      if (failure !== undefined) break;
    }
    if (failure === undefined) {
      await settled((done) => unpack.once('end', done).end());
      yield* take();
    }
    if (failure !== undefined) throw new NotADumpError(`expected a whole gzip file, found: ${failure.message}`);
  } finally {
    unpack.destroy();
  }
}

/** Windows shells write UTF-16 when output is redirected into a file. */
async function* toUtf8({ beginning, chunks }: Peeked): AsyncGenerator<Buffer> {
  const encoding = wideEncoding(beginning);
  if (encoding === undefined) {
    let skip = beginning[0] === 0xef && beginning[1] === 0xbb && beginning[2] === 0xbf ? 3 : 0;
    for await (const chunk of chunks) {
      yield skip === 0 ? chunk : chunk.subarray(skip);
      skip = 0;
    }
    return;
  }
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}

function wideEncoding(beginning: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  if (beginning[0] === 0xff && beginning[1] === 0xfe) return 'utf-16le';
  if (beginning[0] === 0xfe && beginning[1] === 0xff) return 'utf-16be';
  return undefined;
}
