import { isStorageError, type PluginLogger } from '@clusterdex/storage-contract';
import { sql, verbatim } from '@clusterdex/storage-sql';
import type { PostgresDatabase } from './postgres-database.js';

/** How many changes may gather beyond those that are kept, before they are removed in one go. */
const slack = 1000;

/** Removes changes that are no longer kept, now and then, beside the writes. */
export class HistoryTrimmer {
  readonly #database: PostgresDatabase;
  readonly #keep: number;
  readonly #logger: PluginLogger;
  #trimmed: number | undefined;
  #running: Promise<void> | undefined;

  constructor(database: PostgresDatabase, { keep, logger }: { keep: number; logger: PluginLogger }) {
    this.#database = database;
    this.#keep = keep;
    this.#logger = logger;
  }

  /** Changes up to this revision were written. */
  written(revision: number): void {
    if (this.#trimmed !== undefined && revision - this.#trimmed <= this.#keep + slack) return;
    this.#running ??= this.#trim(revision)
      .catch((error: unknown) => {
        if (isStorageError(error) && error.code === 'CLOSED') return;
        this.#logger.warn({ error: String(error) }, 'old changes were not removed');
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
    const [row] = await this.#database.query(verbatim('SELECT trimmed FROM revision'));
    this.#trimmed = Number(row?.[0]);
    if (revision - this.#trimmed <= this.#keep + slack) return;
    const [updated] = await this.#database.transaction((connection) =>
      connection.query(
        sql`UPDATE revision SET trimmed = greatest(trimmed,
            (SELECT coalesce(max(b.revision), 0) FROM change_batches b WHERE b.revision <= revision.revision - ${this.#keep}::bigint))
          RETURNING trimmed`,
      ),
    );
    const trimmed = Number(updated?.[0]);
    this.#trimmed = trimmed;
    await this.#database.transaction((connection) =>
      connection.query(
        sql`DELETE FROM changes c USING change_batches b WHERE b.revision <= ${trimmed} AND c.batch_id = b.batch_id`,
      ),
    );
    await this.#database.transaction((connection) =>
      connection.query(sql`DELETE FROM change_batches WHERE revision <= ${trimmed}`),
    );
  }
}
