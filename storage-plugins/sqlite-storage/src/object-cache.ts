import type { StoredObject } from '@clusterdex/storage-contract';
import type { Statements } from './statements.js';

/** What an object costs besides its bytes, roughly. */
const overhead = 512;
/** Beyond so many changes it is cheaper to begin anew than to drop one after the other. */
const mostChanges = 2000;
/** Of so many ids is remembered that they were asked for once. */
const mostAsked = 20_000;

/** When something was read. */
export interface ReadState {
  readonly revision: number;
  /** How often rows had been replaced that are not in the log. */
  readonly rowChanges: number;
}

interface Entry {
  readonly object: StoredObject;
  /** Asked for since the last time that room was needed. */
  used: boolean;
}

/**
 * Objects that pages were made of more than once, by their ids, so that a page that many ask for is read once. The log of changes says
 * which of them are out of date: an object here is never older than the revision that was followed last.
 */
export class ObjectCache {
  readonly #statements: Statements;
  readonly #capacity: number;
  readonly #entries = new Map<number, Entry>();
  readonly #asked = new Set<number>();
  #bytes = 0;
  #revision = 0;
  #rowChanges = 0;

  /** `capacity` in bytes. */
  constructor(statements: Statements, capacity: number) {
    this.#statements = statements;
    this.#capacity = capacity;
  }

  /** Drops what has changed since the revision that was followed before. Call it in the transaction of the read. */
  follow({ revision, rowChanges }: ReadState): void {
    const known = this.#revision;
    if (rowChanges !== this.#rowChanges) this.#clear();
    this.#rowChanges = rowChanges;
    if (revision === known) return;
    this.#revision = revision;
    if (this.#entries.size === 0) return;
    const [trimmed] = this.#statements.rows('SELECT trimmed FROM revision').get() as [number];
    const changed = this.#statements
      .values(`SELECT object_id FROM changes WHERE revision > ? LIMIT ${mostChanges}`)
      .all(known) as number[];
    if (known < trimmed || changed.length === mostChanges) {
      this.#clear();
      return;
    }
    for (const id of changed) this.#drop(id);
  }

  /** With `rowPrefix` only an object whose row begins so. */
  get(id: number, rowPrefix?: string): StoredObject | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    if (rowPrefix !== undefined && entry.object.row?.startsWith(rowPrefix) !== true) {
      this.#drop(id);
      return undefined;
    }
    entry.used = true;
    return entry.object;
  }

  /** Whether somebody asked before for each of these, so that they are worth keeping. */
  wants(ids: Float64Array): boolean {
    if (this.#capacity === 0) return false;
    const asked = ids.every((id) => this.#asked.has(id));
    if (asked) return true;
    if (this.#asked.size > mostAsked) this.#asked.clear();
    for (const id of ids) this.#asked.add(id);
    return false;
  }

  /** Keeps an object as it was read, unless something newer is known. */
  keep(id: number, object: StoredObject, { revision, rowChanges }: ReadState): void {
    if (revision < this.#revision || rowChanges < this.#rowChanges || this.#entries.has(id)) return;
    this.#entries.set(id, { object: copyOf(object), used: false });
    this.#bytes += sizeOf(object);
    this.#makeRoom();
  }

  /** The oldest go first, except those that were used since their turn came last. */
  #makeRoom(): void {
    for (const [id, entry] of this.#entries) {
      if (this.#bytes <= this.#capacity) return;
      if (entry.used) {
        entry.used = false;
        this.#entries.delete(id);
        this.#entries.set(id, entry);
      } else {
        this.#drop(id);
      }
    }
  }

  #clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #drop(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    this.#bytes -= sizeOf(entry.object);
  }
}

const sizeOf = ({ json, row = '' }: StoredObject): number => json.length + row.length + overhead;

/** Bytes and texts are parts of larger pieces, which would stay as long as these parts. */
function copyOf({ cluster, namespace, name, json, row }: StoredObject): StoredObject {
  return {
    cluster: own(cluster),
    namespace: own(namespace),
    name: own(name),
    json: new Uint8Array(json),
    ...(row !== undefined && { row: own(row) }),
  };
}

const own = (text: string): string => Buffer.from(text).toString();
