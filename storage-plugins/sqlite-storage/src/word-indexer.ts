import { searchTextOf } from '@clusterdex/storage-contract/selection';
import type Database from 'better-sqlite3';

/** So many objects are read at once; the clock is looked at behind each. */
const objectsAtOnce = 64;

/** Brings the index of words up to date, piece by piece, in the writer's thread. */
export class WordIndexer {
  readonly #database: Database.Database;
  readonly #statements;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#statements = {
      state: database.prepare('SELECT indexed_id, last_id FROM revision').raw(),
      begin: database.prepare('UPDATE revision SET indexed_id = coalesce(indexed_id, 0)'),
      save: database.prepare('UPDATE revision SET indexed_id = ?'),
      stale: database
        .prepare(
          'SELECT s.id, CAST(o.object AS BLOB) FROM stale_words s LEFT JOIN objects o ON o.id = s.id ORDER BY s.id LIMIT ?',
        )
        .raw(),
      fresh: database.prepare('SELECT id, CAST(object AS BLOB) FROM objects WHERE id > ? ORDER BY id LIMIT ?').raw(),
      add: database.prepare('INSERT INTO words (rowid, text) VALUES (?, CAST(? AS TEXT))'),
      remove: database.prepare('DELETE FROM words WHERE rowid = ?'),
      settle: database.prepare('DELETE FROM stale_words WHERE id = ?'),
      clear: database.prepare("INSERT INTO words (words) VALUES ('delete-all')"),
      clearStale: database.prepare('DELETE FROM stale_words'),
    };
  }

  begin(): undefined {
    this.#statements.begin.run();
  }

  /** Works for about so many milliseconds, in one transaction; returns whether there is more to do. */
  step(milliseconds: number): boolean {
    const end = performance.now() + milliseconds;
    return this.#database
      .transaction(() => {
        const [indexedId, lastId] = this.#statements.state.get() as [number | null, number];
        if (indexedId === null) return false;
        while (performance.now() < end) {
          const stale = this.#statements.stale.all(objectsAtOnce) as [number, Buffer | null][];
          if (stale.length === 0) return this.#addFresh(indexedId, { lastId, end });
          for (const [id, json] of stale) {
            this.#statements.remove.run(id);
            if (json !== null) this.#statements.add.run(id, searchTextOf(json));
            this.#statements.settle.run(id);
            if (performance.now() >= end) return true;
          }
        }
        return true;
      })
      .immediate();
  }

  drop(): undefined {
    this.#database
      .transaction(() => {
        const [indexedId] = this.#statements.state.get() as [number | null];
        if (indexedId === null) return;
        this.#statements.save.run(null);
        this.#statements.clearStale.run();
        this.#statements.clear.run();
      })
      .immediate();
  }

  #addFresh(from: number, { lastId, end }: { readonly lastId: number; readonly end: number }): boolean {
    let indexedId = from;
    let more = true;
    while (more && performance.now() < end) {
      const fresh = this.#statements.fresh.all(indexedId, objectsAtOnce) as [number, Buffer][];
      for (const [id, json] of fresh) {
        this.#statements.add.run(id, searchTextOf(json));
        indexedId = id;
        if (performance.now() >= end) break;
      }
      more = fresh.length > 0 && indexedId < lastId;
    }
    if (!more) indexedId = lastId;
    this.#statements.save.run(indexedId);
    return more;
  }
}
