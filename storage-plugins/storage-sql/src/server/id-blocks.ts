import type { SqlBackend } from './sql-backend.js';

/** As many ids as a block has; a process that ends leaves the rest of its block unused. */
const blockSize = 4096;

/** Gives out ids of objects that nobody else gives out, in any process. */
export class IdBlocks {
  readonly #backend: SqlBackend;
  #spare: number[] = [];
  #next = 0;
  #end = 0;

  constructor(backend: SqlBackend) {
    this.#backend = backend;
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
    this.#next = (await this.#backend.nextIdBlock()) * blockSize;
    this.#end = this.#next + blockSize;
  }
}
