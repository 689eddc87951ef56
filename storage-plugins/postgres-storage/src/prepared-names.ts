/** Each connection keeps the plans of so many statements, in the memory of the server. */
const mostPrepared = 64;
const mostSeen = 1000;
const longest = 4096;

/** Names for statements that come again: what is sent under a name is parsed once for each connection. */
export class PreparedNames {
  readonly #names = new Map<string, { readonly name: string }>();
  readonly #seen = new Set<string>();

  of(text: string): { readonly name?: string } {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    if (this.#names.size === mostPrepared || text.length > longest || !/^(?:SELECT|WITH)\b/.test(text)) return {};
    if (!this.#seen.delete(text)) {
      if (this.#seen.size === mostSeen) this.#seen.clear();
      this.#seen.add(text);
      return {};
    }
    const named = { name: `again ${this.#names.size}` };
    this.#names.set(text, named);
    return named;
  }
}
