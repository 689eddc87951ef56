import { type FullTextQuery, isStorageError } from '@clusterdex/storage-contract';
import type { Sql } from '../sql.js';
import type { SqlBackend, SqlConnection } from './sql-backend.js';
import type { WordBackend } from './word-backend.js';

/** A writer that changes an object waits until the index is done with it. */
const objectsPerStep = 100;
/** How long after a write, or beside another process that indexes, the next step comes. */
const restMilliseconds = 250;
/** With more objects than these beside the index, a search reads objects in the order of the list instead. */
const mostBehind = 2000;
/** Up to this many objects are begun with; beyond, a page is full sooner in the order of the list. */
const fewObjects = 2000;

/** How a search for words is made; with neither `from` nor `condition` every object is looked into. */
export interface WordPlan {
  /** `resources r`, the few that may match. */
  readonly from?: Sql;
  readonly condition?: Sql;
  /** Which objects are to be looked into: all when absent. */
  readonly lookInto?: Sql;
}

/** Says how a search for words is to be made, and has words indexed beside the writes, from the first search on. */
export class WordIndex {
  readonly #backend: SqlBackend;
  readonly #words: WordBackend | undefined;
  #begun = false;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #ended = false;

  constructor(backend: SqlBackend) {
    this.#backend = backend;
    this.#words = backend.words;
  }

  /** Objects were written. */
  wake(): void {
    if (this.#begun) this.#schedule(restMilliseconds);
  }

  /** Within a snapshot. */
  async plan(connection: SqlConnection, query: FullTextQuery): Promise<WordPlan> {
    const words = this.#words;
    if (words === undefined) return {};
    const [row] = await connection.query(words.state(mostBehind));
    const [begun, behind] = [Boolean(row?.[0]), Number(row?.[1])];
    if (!begun || !this.#begun) this.#begin(words, begun);
    if (!begun || behind > mostBehind || query.required.length === 0) return {};
    const terms = [...query.required.flat(), ...query.excluded];
    const lookInto = terms.every((term) => term.words.length === 1) ? { lookInto: words.unknown } : {};
    const ids = await words.find(connection, query, fewObjects);
    return {
      ...(ids === undefined ? { condition: words.condition(query) } : { from: words.drivenBy(ids) }),
      ...lookInto,
    };
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #begin(words: WordBackend, begun: boolean): void {
    this.#begun = true;
    if (begun) {
      this.#schedule(0);
      return;
    }
    this.#run(async () => {
      try {
        await words.begin();
      } catch (error) {
        this.#begun = false;
        throw error;
      }
      return true;
    });
  }

  #schedule(milliseconds: number): void {
    const words = this.#words;
    if (this.#timer !== undefined || this.#ended || words === undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#run(() => words.step(objectsPerStep));
    }, milliseconds);
    this.#timer.unref();
  }

  /** What fails is tried again behind the next write; a search is right without. */
  #run(work: () => Promise<boolean>): void {
    if (this.#running !== undefined || this.#ended) return;
    this.#running = work()
      .catch((error: unknown) => {
        if (!(isStorageError(error) && error.code === 'CLOSED')) {
          this.#backend.logger.warn({ error: String(error) }, 'words were not indexed');
        }
        return false;
      })
      .then((more) => {
        this.#running = undefined;
        if (more) this.#schedule(1);
      });
  }
}
