import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ListHeader } from './dump-part.js';

/** An object that waits until its type is known. */
export interface SpooledObject {
  readonly file: string;
  readonly index: number;
  readonly offset: number;
  readonly json: Uint8Array;
  readonly list?: ListHeader;
}

interface Place {
  readonly file: string;
  readonly index: number;
  readonly offset: number;
  readonly bytes: number;
  readonly list?: ListHeader;
}

/** The temporary file cannot be written; the message says why. */
export class SpoolError extends Error {
  override readonly name = 'SpoolError';
  readonly code = 'SPOOL';
}

const memoryBytes = 4 << 20;

/** Objects in their order, in memory while they are few and in a temporary file of the user's own when they are many. */
export class ObjectSpool {
  private readonly places: Place[] = [];
  private held: Buffer[] = [];
  private heldBytes = 0;
  private folder: string | undefined;
  private handle: FileHandle | undefined;

  get size(): number {
    return this.places.length;
  }

  async add({ json, ...place }: SpooledObject): Promise<void> {
    this.places.push({ ...place, bytes: json.length });
    this.held.push(Buffer.from(json));
    this.heldBytes += json.length;
    if (this.heldBytes > memoryBytes) await this.flush();
  }

  /** What was added, in its order; the bytes are valid until the next one is asked for. */
  async *objects(): AsyncGenerator<SpooledObject> {
    if (this.handle !== undefined) await this.flush();
    let position = 0;
    for (const [index, { bytes, ...place }] of this.places.entries()) {
      const json =
        this.handle === undefined ? (this.held[index] as Buffer) : await this.read(this.handle, position, bytes);
      position += bytes;
      yield { ...place, json };
    }
  }

  async close(): Promise<void> {
    await this.handle?.close();
    this.handle = undefined;
    this.held = [];
    if (this.folder !== undefined) await rm(this.folder, { recursive: true, force: true });
  }

  private async read(handle: FileHandle, position: number, bytes: number): Promise<Buffer> {
    const json = Buffer.allocUnsafe(bytes);
    let done = 0;
    while (done < bytes) {
      const { bytesRead } = await handle.read(json, done, bytes - done, position + done);
      if (bytesRead === 0) throw new Error(`the temporary file in ${this.folder} was cut meanwhile`);
      done += bytesRead;
    }
    return json;
  }

  private async flush(): Promise<void> {
    try {
      this.handle ??= await this.open();
      for (const json of this.held) await this.handle.appendFile(json);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const what = `objects of kinds that are not known yet cannot be put aside in ${tmpdir()}`;
      throw new SpoolError(`${what}: ${reason}`, { cause: error });
    }
    this.held = [];
    this.heldBytes = 0;
  }

  private async open(): Promise<FileHandle> {
    this.folder = await mkdtemp(join(tmpdir(), 'clusterdex-import-'));
    return open(join(this.folder, 'objects'), 'wx+', 0o600);
  }
}
