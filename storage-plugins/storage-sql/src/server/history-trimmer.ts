import { isStorageError } from '@clusterdex/storage-contract';
import { sql, verbatim } from '../sql.js';
import type { SqlBackend } from './sql-backend.js';

/** How many changes may gather beyond those that are kept, before they are removed in one go. */
const slack = 1000;

/** Removes changes that are no longer kept, now and then, beside the writes. */
export class HistoryTrimmer {
  readonly #backend: SqlBackend;
  #trimmed: number | undefined;
  #running: Promise<void> | undefined;

  constructor(backend: SqlBackend) {
    this.#backend = backend;
  }

  /** Changes up to this revision were written. */
  written(revision: number): void {
    if (this.#trimmed !== undefined && revision - this.#trimmed <= this.#backend.historyChanges + slack) return;
    this.#running ??= this.#trim(revision)
      .catch((error: unknown) => {
        if (isStorageError(error) && error.code === 'CLOSED') return;
        this.#backend.logger.warn({ error: String(error) }, 'old changes were not removed');
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  /** First it says what will be gone, then it removes it: a watcher that comes in between is told that it is too late. */
  async #trim(revision: number): Promise<void> {
    const { database, historyChanges } = this.#backend;
    const [row] = await database.query(verbatim('SELECT trimmed FROM revision'));
    this.#trimmed = Number(row?.[0]);
    const keepFrom = revision - historyChanges;
    if (keepFrom - this.#trimmed <= slack) return;
    const [last] = await database.query(
      sql`SELECT max(revision) FROM change_batches WHERE revision <= ${keepFrom} AND revision > ${this.#trimmed}`,
    );
    if (typeof last?.[0] !== 'number') return;
    const trimmed = last[0];
    await database.transaction((connection) =>
      connection.query(sql`UPDATE revision SET trimmed = ${trimmed} WHERE trimmed < ${trimmed}`),
    );
    this.#trimmed = trimmed;
    await this.#backend.removeChanges(trimmed);
  }
}
