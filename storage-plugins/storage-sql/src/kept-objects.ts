import type { StoredObject } from '@clusterdex/storage-contract';

/** What an object costs besides its bytes, roughly. */
const overhead = 512;
/** Of so many ids is remembered that they were asked for once: about as many as there is room for, so that chance brings few together. */
const mostAsked = 6000;

interface Entry {
  readonly version: number;
  readonly object: StoredObject;
  /** Asked for since the last time that room was needed. */
  used: boolean;
}

/** Objects in memory by their ids, of so many bytes at most. The oldest go first, except those that were used since their turn came last. */
export class KeptObjects {
  readonly #capacity: number;
  readonly #entries = new Map<number, Entry>();
  readonly #asked = new Set<number>();
  #bytes = 0;

  /** `capacity` in bytes; with 0 nothing is kept. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** In this version; with `rowPrefix` only when its row begins so. */
  get(id: number, version: number, rowPrefix?: string): StoredObject | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.version !== version) return undefined;
    if (rowPrefix !== undefined && entry.object.row?.startsWith(rowPrefix) !== true) {
      this.drop(id);
      return undefined;
    }
    entry.used = true;
    return entry.object;
  }

  /** Whether somebody asked before for each of these, so that they are worth keeping: who walks through everything once empties nothing. */
  wants(ids: ArrayLike<number> & Iterable<number>): boolean {
    if (this.#capacity === 0) return false;
    let asked = true;
    for (const id of ids) asked &&= this.#asked.has(id);
    if (asked) return true;
    if (this.#asked.size > mostAsked) this.#asked.clear();
    for (const id of ids) this.#asked.add(id);
    return false;
  }

  /** In the place of another version. */
  keep(id: number, version: number, object: StoredObject): void {
    if (this.#entries.get(id)?.version === version) return;
    this.drop(id);
    this.#entries.set(id, { version, object: copyOf(object), used: false });
    this.#bytes += sizeOf(object);
    this.#makeRoom();
  }

  drop(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#bytes -= sizeOf(entry.object);
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #makeRoom(): void {
    for (const [id, entry] of this.#entries) {
      if (this.#bytes <= this.#capacity) return;
      if (entry.used) {
        entry.used = false;
        this.#entries.delete(id);
        this.#entries.set(id, entry);
      } else {
        this.drop(id);
      }
    }
  }
}

const sizeOf = ({ json, row = '' }: StoredObject): number => json.length + row.length + overhead;

/** Bytes and texts are parts of larger pieces, which would stay as long as these parts. */
function copyOf({ cluster, namespace, name, json, type, row }: StoredObject): StoredObject {
  return {
    cluster: own(cluster),
    namespace: own(namespace),
    name: own(name),
    json: new Uint8Array(json),
    ...(type !== undefined && { type }),
    ...(row !== undefined && { row: own(row) }),
  };
}

const own = (text: string): string => Buffer.from(text).toString();
