/** Where the fault of an object lies, as far as it is known. */
export interface InvalidObjectPlace {
  /** For what is no JSON: bytes from the beginning of what was scanned; its length when the end came too early. */
  readonly offset?: number;
  /** Path of the member that is not as expected. */
  readonly member?: string;
}

/** Thrown for an object that cannot be stored; the message says which member, what was expected and what was found. */
export class InvalidObjectError extends Error {
  override readonly name = 'InvalidObjectError';
  readonly offset: number | undefined;
  readonly member: string | undefined;

  constructor(message: string, place: InvalidObjectPlace = {}) {
    super(message);
    this.offset = place.offset;
    this.member = place.member;
  }
}
