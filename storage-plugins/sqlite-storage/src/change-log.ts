import type Database from 'better-sqlite3';

/** How many changes may gather beyond those that are kept, before they are removed in one go. */
const slack = 1000;

/** Gives each change its revision, within the transaction of the change, and keeps the last ones for watches. */
export class ChangeLog {
  readonly #keep: number;
  readonly #statements;
  #revision = 0;
  #trimmed = 0;
  #lastId = 0;
  #indexedId = 0;

  constructor(database: Database.Database, keep: number) {
    this.#keep = keep;
    this.#statements = {
      read: database.prepare('SELECT revision, trimmed, last_id, coalesce(indexed_id, 0) FROM revision').raw(),
      insert: database.prepare(
        `INSERT INTO changes (revision, object_id, type_id, cluster, deleted, object)
           VALUES (?, ?, ?, ?, ?, (SELECT object FROM objects WHERE id = ?))`,
      ),
      save: database.prepare('UPDATE revision SET revision = ?, trimmed = ?, last_id = ?'),
      countRows: database.prepare('UPDATE revision SET row_changes = row_changes + 1'),
      stale: database.prepare('INSERT OR IGNORE INTO stale_words VALUES (?)'),
      trim: database.prepare('DELETE FROM changes WHERE revision <= ?'),
    };
  }

  /** Other processes write too: the last revision is the one in the database. */
  begin(): void {
    const row = this.#statements.read.get() as [number, number, number, number];
    [this.#revision, this.#trimmed, this.#lastId, this.#indexedId] = row;
  }

  /** The id of an object that is to be created; no other had it before. */
  nextId(): number {
    return ++this.#lastId;
  }

  /** Call it before an object is replaced or deleted, and after it was created. */
  record(kind: 'create' | 'replace' | 'delete', object: { id: number; typeId: number; cluster: string }): void {
    this.#revision++;
    const { id, typeId, cluster } = object;
    const before = kind === 'create' ? null : id;
    this.#statements.insert.run(this.#revision, id, typeId, cluster, Number(kind === 'delete'), before);
    if (id <= this.#indexedId) this.#statements.stale.run(id);
  }

  /** Call it when a row alone was replaced. */
  recordRows(): void {
    this.#statements.countRows.run();
  }

  end(): void {
    if (this.#revision - this.#trimmed > this.#keep + slack) {
      this.#trimmed = this.#revision - this.#keep;
      this.#statements.trim.run(this.#trimmed);
    }
    this.#statements.save.run(this.#revision, this.#trimmed, this.#lastId);
  }
}
