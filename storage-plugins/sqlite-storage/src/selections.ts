import type { ReadState } from './object-cache.js';
import type { IdentifierQuery, IdentifierResult } from './select-identifiers.js';

/** Of all selections together, roughly; queries are as long as those who ask make them. */
const mostBytes = 4 * 2 ** 20;
/** A selection that takes more is not kept: 1,000 objects with their sizes, or a query of as much text. */
const mostBytesOfOne = 16 * 2 ** 10;

/** What queries found in the newest state that was read: nothing that was changed since is found here. */
export class Selections {
  readonly #found = new Map<string, IdentifierResult>();
  #state: ReadState = { revision: 0, rowChanges: 0 };
  #bytes = 0;

  /** What the query found in this state before, else what `select` finds. */
  selectThrough(query: IdentifierQuery, state: ReadState, select: () => IdentifierResult): IdentifierResult {
    this.#follow(state);
    const key = keyOf(query);
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const result = select();
    const bytes = key.length + 8 * (result.ids.length + result.sizes.length);
    if (bytes > mostBytesOfOne) return result;
    if (this.#bytes + bytes > mostBytes) this.#clear();
    this.#found.set(key, result);
    this.#bytes += bytes;
    return result;
  }

  #follow(state: ReadState): void {
    const { revision, rowChanges } = this.#state;
    if (state.revision === revision && state.rowChanges === rowChanges) return;
    this.#clear();
    this.#state = state;
  }

  #clear(): void {
    this.#found.clear();
    this.#bytes = 0;
  }
}

function keyOf(query: IdentifierQuery): string {
  return JSON.stringify(query, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}
