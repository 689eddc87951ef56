import type { Engine } from './engine.js';
import type { IndexNames } from './index-definitions.js';

interface Refresh {
  /** It began when this many writes were done. */
  readonly writes: number;
  readonly done: Promise<void>;
}

/** Makes what was written findable before a search, once for all who ask at a time, and never for nothing. */
export class Refresher {
  readonly #engine: Engine;
  readonly #names: IndexNames;
  #done = -1;
  #running: Refresh | undefined;
  #next: Refresh | undefined;

  constructor(engine: Engine, names: IndexNames) {
    this.#engine = engine;
    this.#names = names;
  }

  /** Resolves when a search finds what the first so many writes of the store left. */
  async upTo(writes: number): Promise<void> {
    if (this.#done >= writes) return;
    if (this.#running === undefined) return this.#start(writes).done;
    if (this.#running.writes >= writes) return this.#running.done;
    if (this.#next === undefined) {
      const { done } = this.#running;
      const start = async () => {
        await done.catch(() => {});
        this.#next = undefined;
        await this.#start(writes).done;
      };
      this.#next = { writes, done: start() };
    }
    await this.#next.done;
    // Others may have joined for less.
    return this.upTo(writes);
  }

  #start(writes: number): Refresh {
    const refresh = { writes, done: this.#refresh(writes) };
    this.#running = refresh;
    const end = () => {
      if (this.#running === refresh) this.#running = undefined;
    };
    refresh.done.then(end, end);
    return refresh;
  }

  async #refresh(writes: number): Promise<void> {
    await this.#engine.request({
      method: 'POST',
      path: `/${this.#names.resources}/_refresh`,
      what: 'refreshing',
      repeatable: true,
    });
    this.#done = Math.max(this.#done, writes);
  }
}
