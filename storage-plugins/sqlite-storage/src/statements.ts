import type Database from 'better-sqlite3';

import type { ReadState } from './object-cache.js';

const capacity = 200;

/** Prepared statements by their text; the least recently used go first. Rows are arrays. */
export class Statements {
  readonly #database: Database.Database;
  readonly #prepared = new Map<string, Database.Statement>();
  readonly #revision: Database.Statement;
  readonly #readState: Database.Statement;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#revision = database.prepare('SELECT revision FROM revision').pluck();
    this.#readState = database.prepare('SELECT revision, row_changes FROM revision').raw();
  }

  revision(): string {
    return String(this.#revision.get());
  }

  readState(): ReadState {
    const [revision, rowChanges] = this.#readState.get() as [number, number];
    return { revision, rowChanges };
  }

  rows(text: string): Database.Statement {
    return this.#statement(text, text, (statement) => statement.raw());
  }

  /** As `rows`, of each row the first column alone. */
  values(text: string): Database.Statement {
    return this.#statement(`value:${text}`, text, (statement) => statement.pluck());
  }

  /** As `rows`, with integers as bigint. */
  exactRows(text: string): Database.Statement {
    return this.#statement(`exact:${text}`, text, (statement) => statement.raw().safeIntegers());
  }

  inTransaction<Result>(work: () => Result): Result {
    this.rows('BEGIN').run();
    try {
      return work();
    } finally {
      this.rows('COMMIT').run();
    }
  }

  #statement(
    key: string,
    text: string,
    configure: (statement: Database.Statement) => Database.Statement,
  ): Database.Statement {
    let statement = this.#prepared.get(key);
    if (statement === undefined) {
      const prepared = this.#database.prepare(text);
      statement = prepared.reader ? configure(prepared) : prepared;
      if (this.#prepared.size >= capacity) {
        const oldest = this.#prepared.keys().next();
        if (!oldest.done) this.#prepared.delete(oldest.value);
      }
    } else {
      this.#prepared.delete(key);
    }
    this.#prepared.set(key, statement);
    return statement;
  }
}
