import type { FullTextQuery } from '@clusterdex/storage-contract';
import type { Statements } from './statements.js';
import { type FullTextConditions, fullTextConditions, scanCondition } from './word-query.js';
import type { WorkerThread } from './worker-thread.js';

/** How long the writer indexes before it looks for something to write. */
const stepMilliseconds = 20;
/** How long after a write, or beside writes, the next step comes. */
const restMilliseconds = 200;
/** With more objects than these to be looked at beside the index, a search reads all in the order of the list instead. */
const mostBehind = 2000;

interface WordState {
  readonly indexedId: number | null;
  readonly behind: number;
}

/** Says how a search for words is to be made, and has the writer index words in idle moments. */
export class WordIndex {
  readonly #statements: Statements;
  readonly #writer: WorkerThread;
  readonly #enabled: boolean;
  #timer: NodeJS.Timeout | undefined;
  #begun: boolean;
  #running = false;
  #ended = false;

  constructor(statements: Statements, writer: WorkerThread, enabled: boolean) {
    this.#statements = statements;
    this.#writer = writer;
    this.#enabled = enabled;
    this.#begun = enabled && this.#state().indexedId !== null;
    if (this.#begun) this.#schedule(restMilliseconds);
  }

  /** Objects were written. */
  wake(): void {
    if (this.#begun) this.#schedule(restMilliseconds);
  }

  plan(query: FullTextQuery): FullTextConditions {
    if (!this.#enabled) return scanCondition(query);
    const { indexedId, behind } = this.#state();
    if (indexedId === null || !this.#begun) this.#begin();
    return behind > mostBehind ? scanCondition(query) : fullTextConditions(query);
  }

  stop(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #state(): WordState {
    const statement = `SELECT indexed_id, last_id - coalesce(indexed_id, 0) +
      (SELECT count(*) FROM (SELECT 1 FROM stale_words LIMIT ${mostBehind})) FROM revision`;
    const [indexedId, behind] = this.#statements.rows(statement).get() as [number | null, number];
    return { indexedId, behind };
  }

  #begin(): void {
    this.#begun = true;
    this.#writer.request('beginWords', undefined).then(
      () => this.#schedule(0),
      () => {
        this.#begun = false;
      },
    );
  }

  #schedule(milliseconds: number): void {
    if (this.#timer !== undefined || this.#running || this.#ended) return;
    this.#timer = setTimeout(() => this.#step(), milliseconds);
    this.#timer.unref();
  }

  async #step(): Promise<void> {
    this.#timer = undefined;
    const isBusy = this.#writer.pending > 0;
    this.#running = true;
    // What fails, because the disk is full say, is tried again behind the next write; a search is right without.
    const more = await this.#writer.request('indexWords', stepMilliseconds).catch(() => false);
    this.#running = false;
    if (more) this.#schedule(isBusy ? restMilliseconds : 1);
  }
}
