import { verbatim } from '@clusterdex/storage-sql';
import type { PostgresDatabase } from './postgres-database.js';

/** As many ids as a block has; a process that ends leaves the rest of its block unused. */
const blockSize = 4096;

/** Gives out ids of objects that nobody else gives out, in any process. */
export class IdBlocks {
  readonly #database: PostgresDatabase;
  #spare: number[] = [];
  #next = 0;
  #end = 0;

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  async reserve(count: number): Promise<readonly number[]> {
    const ids = this.#spare.splice(0, count);
    while (ids.length < count) {
      if (this.#next === this.#end) await this.#fetch();
      else ids.push(this.#next++);
    }
    return ids;
  }

  /** What was reserved and not used. */
  giveBack(ids: readonly number[]): void {
    this.#spare = [...ids, ...this.#spare];
  }

  async #fetch(): Promise<void> {
    const [row] = await this.#database.query(verbatim("SELECT nextval('object_blocks')"));
    this.#next = Number(row?.[0]) * blockSize;
    this.#end = this.#next + blockSize;
  }
}
