/** Text that does not follow its grammar. The message says what was expected and what was found; it names no parameter. */
export class GrammarError extends Error {
  override readonly name = 'GrammarError';
}
