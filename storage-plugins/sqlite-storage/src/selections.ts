import type { ReadState } from './object-cache.js';
import type { IdentifierQuery, IdentifierResult } from './select-identifiers.js';

/** All together, 8 bytes each; of what finds more at once nothing is kept. */
const mostIds = 100_000;
const mostAtOnce = 1000;
const mostSelections = 2000;

/** What queries found in the newest state that was read: nothing that was changed since is found here. */
export class Selections {
  readonly #found = new Map<string, IdentifierResult>();
  #state: ReadState = { revision: 0, rowChanges: 0 };
  #ids = 0;

  /** What the query found in this state, which it would find again. */
  find(query: IdentifierQuery, state: ReadState): IdentifierResult | undefined {
    this.#follow(state);
    return this.#found.get(keyOf(query));
  }

  keep(query: IdentifierQuery, state: ReadState, result: IdentifierResult): void {
    this.#follow(state);
    if (result.ids.length > mostAtOnce) return;
    if (this.#ids > mostIds || this.#found.size >= mostSelections) this.#clear();
    this.#found.set(keyOf(query), result);
    this.#ids += result.ids.length;
  }

  #follow(state: ReadState): void {
    const { revision, rowChanges } = this.#state;
    if (state.revision === revision && state.rowChanges === rowChanges) return;
    this.#clear();
    this.#state = state;
  }

  #clear(): void {
    this.#found.clear();
    this.#ids = 0;
  }
}

function keyOf(query: IdentifierQuery): string {
  return JSON.stringify(query, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}
