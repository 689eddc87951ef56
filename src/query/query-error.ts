import { badRequest, type InvalidSubject, invalid, type Status, type StatusCause } from '../kube/status.js';

const longestMessage = 1024;
const searchOptions: InvalidSubject = { group: 'clusterpedia.io', kind: 'ListOptions', name: 'urlQuery' };

export interface QueryErrorOptions {
  /** The parameter that is wrong. */
  readonly field?: string;
  /** Of an Invalid: what sort of fault, in the words of Kubernetes; FieldValueInvalid unless told. */
  readonly cause?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueNotSupported' | 'FieldValueRequired';
  /** Of an Invalid: what is invalid; the list options of the search unless told. */
  readonly subject?: InvalidSubject;
  /** Of an Invalid with several faults: all of them; the message and the rest is then that of the first. */
  readonly causes?: readonly StatusCause[];
}

/** A request that is wrong: BadRequest (400), or Invalid (422) where Kubernetes and Clusterpedia answer so. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly reason: 'BadRequest' | 'Invalid';
  readonly field: string | undefined;
  readonly #options: QueryErrorOptions;

  constructor(reason: 'BadRequest' | 'Invalid', message: string, options: QueryErrorOptions = {}) {
    super(message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message);
    this.reason = reason;
    this.field = options.field;
    this.#options = options;
  }

  /** The answer to the client. */
  toStatus(): Status {
    if (this.reason === 'BadRequest') return badRequest(this.message);
    const { field, cause = 'FieldValueInvalid', subject = searchOptions, causes } = this.#options;
    const only = { reason: cause, message: this.message, ...(field !== undefined && { field }) };
    return invalid(subject, causes ?? [only]);
  }
}
