import { verbatim } from '../sql.js';
import type { SqlDatabase } from './sql-backend.js';

/** What a look at the database says that is the same as long as nothing was written. */
export interface DatabaseState {
  readonly revision: string;
  readonly stamp: number;
  /** How many resource types there are; they are only ever added. */
  readonly types: number;
}

/** Milliseconds: a look that takes longer may be on a connection that says nothing any more, for which nobody else has to wait. */
const mostPatience = 100;

/** Looks at the database for all who ask while the look before is under way: what each gets is no older than its question. */
export class StateReader {
  readonly #database: SqlDatabase;
  #underWay: Promise<unknown> | undefined;
  #next: Promise<DatabaseState> | undefined;

  constructor(database: SqlDatabase) {
    this.#database = database;
  }

  read(): Promise<DatabaseState> {
    this.#next ??= this.#readAfter(this.#underWay);
    return this.#next;
  }

  async #readAfter(before: Promise<unknown> | undefined): Promise<DatabaseState> {
    // Always a step later than it was asked for, so that what `read` assigns is there before it is taken back below.
    await (before && settledWithin(mostPatience, before));
    const looking = this.#database.query(
      verbatim('SELECT r.revision, r.stamp, (SELECT count(*) FROM types) FROM revision r'),
      { name: 'state' },
    );
    this.#underWay = looking;
    // Whoever asks from now on may know of something that this look does not see.
    this.#next = undefined;
    const [row] = await looking;
    return { revision: String(row?.[0]), stamp: Number(row?.[1]), types: Number(row?.[2]) };
  }
}

async function settledWithin(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work.catch(() => {}), late]);
  clearTimeout(timer);
}
