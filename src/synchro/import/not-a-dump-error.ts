/** The input holds something else than Kubernetes objects; the message says what was expected and what was found. */
export class NotADumpError extends Error {
  override readonly name = 'NotADumpError';
}
