import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createStorageError } from '@clusterdex/storage-contract';
import {
  decodeFrame,
  decodeFrameHeader,
  encodeFrame,
  type Frame,
  frameHeaderLength,
  type WritableFrame,
} from './journal-frame.js';

/** Says what the file is, and in which form. */
const magic = Buffer.from('clusterdex memory journal 1\n');

const largestBufferToKeep = 8 * 1024 * 1024;

/**
 * The file that makes the memory durable: frames, one behind the other, each synced before the next is begun. So only the last can be
 * torn, and a torn one was never acknowledged.
 */
export class Journal {
  readonly #path: string;
  #file: FileHandle;
  /** Up to here everything is whole. */
  #length: number;
  /** What a failed write has left behind has to go before anything follows it. */
  #torn = false;
  /** Kept from frame to frame: fresh megabytes for each would fragment the memory. */
  #buffer = Buffer.alloc(0);

  private constructor(path: string, file: FileHandle, length: number) {
    this.#path = path;
    this.#file = file;
    this.#length = length;
  }

  /**
   * Opens or creates the journal. `replay` gets every frame in order; its bytes are views that it has to copy. A torn end is cut off;
   * INTERNAL when something is damaged that was acknowledged.
   */
  static async open(path: string, replay: (frame: Frame) => void): Promise<Journal> {
    const file = await open(path, 'a+');
    try {
      const journal = new Journal(path, file, await replayFile(file, { path, replay }));
      await file.truncate(journal.#length);
      if (journal.#length === 0) await journal.#write(magic);
      await syncDirectory(path);
      return journal;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** In bytes. */
  get length(): number {
    return this.#length;
  }

  /** Resolves when the frame is on disk; if it rejects, the frame is not in the journal. One call at a time. */
  async append(frame: WritableFrame): Promise<void> {
    const encoded = encodeFrame(frame, this.#buffer);
    if (encoded.buffer.byteLength <= largestBufferToKeep) this.#buffer = Buffer.from(encoded.buffer);
    await this.#write(encoded);
  }

  /** Puts a journal of these frames in the place of this one, at once or not at all. */
  async replace(frames: Iterable<WritableFrame>): Promise<void> {
    const fresh = `${this.#path}.new`;
    await rm(fresh, { force: true });
    const journal = await Journal.open(fresh, () => undefined);
    try {
      for (const frame of frames) await journal.append(frame);
      await rename(fresh, this.#path);
    } catch (error) {
      await journal.close();
      await rm(fresh, { force: true });
      throw error;
    }
    const replaced = this.#file;
    this.#file = journal.#file;
    this.#length = journal.#length;
    await replaced.close();
    await syncDirectory(this.#path);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #write(data: Buffer): Promise<void> {
    if (this.#torn) await this.#restore();
    this.#torn = true;
    try {
      // Not appendFile, which goes to the disk half a megabyte at a time.
      for (let done = 0; done < data.byteLength; ) done += (await this.#file.write(data, done)).bytesWritten;
      await this.#file.datasync();
      this.#length += data.byteLength;
      this.#torn = false;
    } catch (error) {
      // If this fails too, the next write tries it again.
      await this.#restore().catch(() => undefined);
      throw error;
    }
  }

  async #restore(): Promise<void> {
    await this.#file.truncate(this.#length);
    this.#torn = false;
  }
}

/** Returns how far the file is whole. */
async function replayFile(
  file: FileHandle,
  { path, replay }: { path: string; replay: (frame: Frame) => void },
): Promise<number> {
  const { size } = await file.stat();
  const start = await read(file, 0, Math.min(size, magic.byteLength));
  if (!magic.subarray(0, start.byteLength).equals(start)) throw damaged(path, 'it is no journal of this version');
  if (size < magic.byteLength) return 0;
  let offset = magic.byteLength;
  // One for all frames: the garbage collector would fall behind with a fresh one for each.
  let buffer = Buffer.alloc(0);
  while (offset + frameHeaderLength <= size) {
    const { length, checksum } = decodeFrameHeader(await read(file, offset, frameHeaderLength));
    const end = offset + frameHeaderLength + length;
    if (end > size) break;
    if (buffer.byteLength < length) buffer = Buffer.allocUnsafeSlow(length);
    const frame = decodeFrame(await read(file, offset + frameHeaderLength, length, buffer), checksum);
    if (frame === undefined) {
      if (end === size) break;
      throw damaged(path, `the frame at byte ${offset} has a wrong checksum, and ${size - end} bytes follow it`);
    }
    replay(frame);
    offset = end;
  }
  return offset;
}

async function read(file: FileHandle, offset: number, length: number, buffer = Buffer.alloc(length)): Promise<Buffer> {
  for (let filled = 0; filled < length; ) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) throw new RangeError(`the file ended ${length - filled} bytes early`);
    filled += bytesRead;
  }
  return buffer.subarray(0, length);
}

/** A new or renamed file outlives a power failure only when its directory is synced too. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function damaged(path: string, why: string): Error {
  return createStorageError(
    'INTERNAL',
    `the journal ${path} cannot be read: ${why}; restore it from a backup, or move it away`,
  );
}
