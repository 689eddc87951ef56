/** Thrown for an object that cannot be stored; the message says which member, what was expected and what was found. */
export class InvalidObjectError extends Error {
  override readonly name = 'InvalidObjectError';
}
