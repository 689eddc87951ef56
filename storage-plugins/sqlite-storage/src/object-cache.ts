import type { ObjectBatch, StoredObject } from '@clusterdex/storage-contract';
import { KeptObjects } from '@clusterdex/storage-sql';
import type { Statements } from './statements.js';

/** Beyond so many changes it is cheaper to begin anew than to drop one after the other. */
const mostChanges = 2000;
/** What is kept is the newest that is known, so there is one version of it. */
const newest = 0;

/** When something was read. */
export interface ReadState {
  readonly revision: number;
  /** How often rows had been replaced that are not in the log. */
  readonly rowChanges: number;
}

/**
 * Objects that pages were made of more than once, by their ids, so that a page that many ask for is read once. The log of changes says
 * which of them are out of date: an object here is never older than the revision that was followed last.
 */
export class ObjectCache {
  readonly #statements: Statements;
  readonly #kept: KeptObjects;
  #revision = 0;
  #rowChanges = 0;

  /** `capacity` in bytes. */
  constructor(statements: Statements, capacity: number) {
    this.#statements = statements;
    this.#kept = new KeptObjects(capacity);
  }

  /** Drops what has changed since the revision that was followed before. Call it in the transaction of the read. */
  follow({ revision, rowChanges }: ReadState): void {
    const known = this.#revision;
    if (rowChanges !== this.#rowChanges) this.#kept.clear();
    this.#rowChanges = rowChanges;
    if (revision === known) return;
    this.#revision = revision;
    if (this.#kept.size === 0) return;
    const [trimmed] = this.#statements.rows('SELECT trimmed FROM revision').get() as [number];
    const changed = this.#statements
      .values(`SELECT object_id FROM changes WHERE revision > ? LIMIT ${mostChanges}`)
      .all(known) as number[];
    if (known < trimmed || changed.length === mostChanges) {
      this.#kept.clear();
      return;
    }
    for (const id of changed) this.#kept.drop(id);
  }

  /** With `rowPrefix` only an object whose row begins so. */
  get(id: number, rowPrefix?: string): StoredObject | undefined {
    return this.#kept.get(id, newest, rowPrefix);
  }

  /** Whether somebody asked before for each of these, so that they are worth keeping. */
  wants(ids: ArrayLike<number> & Iterable<number>): boolean {
    return this.#kept.wants(ids);
  }

  /** Keeps an object as it was read, unless something newer is known. */
  keep(id: number, object: StoredObject, { revision, rowChanges }: ReadState): void {
    if (revision >= this.#revision && rowChanges >= this.#rowChanges) this.#kept.keep(id, newest, object);
  }

  /** The objects of the ids, from here if all of them are; else what `read` reads, which is kept when it was asked for before. */
  readThrough(ids: Float64Array, rowPrefix: string | undefined, read: () => ObjectBatch): ObjectBatch {
    const objects: StoredObject[] = [];
    for (const id of ids) {
      const object = this.get(id, rowPrefix);
      if (object === undefined) break;
      objects.push(object);
    }
    if (objects.length === ids.length) return { objects, count: objects.length };
    const isWanted = this.wants(ids);
    const batch = read();
    // Of a batch without one that is gone meanwhile nobody knows which is which.
    if (isWanted && batch.count === ids.length) {
      const state = { revision: this.#revision, rowChanges: this.#rowChanges };
      for (const [index, object] of batch.objects.entries()) {
        // One that should have a row and has none is whole.
        if (rowPrefix === undefined || object.row !== undefined) this.keep(ids[index] ?? 0, object, state);
      }
    }
    return batch;
  }
}
