/**
 * Every error that a storage may throw is known by its `code`, never by its class: a plugin outside the server's tree has its own
 * copy of everything. `retryable` is the default; an error may say otherwise.
 */
export const storageErrorCodes = {
  NOT_FOUND: { retryable: false, meaning: 'the object, cluster or type is not stored' },
  ALREADY_EXISTS: { retryable: false, meaning: 'something of this name exists already' },
  CONFLICT: { retryable: true, meaning: 'somebody else changed it meanwhile; read it again and retry' },
  INVALID: { retryable: false, meaning: 'an argument is malformed or out of range' },
  NOT_SUPPORTED: { retryable: false, meaning: 'the storage does not have the capability that this needs' },
  EXPIRED: { retryable: false, meaning: 'the position or revision is too old; start again' },
  UNAVAILABLE: { retryable: true, meaning: 'the backend cannot be reached or is busy' },
  TIMEOUT: { retryable: true, meaning: 'the deadline passed or the caller aborted' },
  CLOSED: { retryable: false, meaning: 'the storage is shut down' },
  INTERNAL: { retryable: false, meaning: 'a fault of the storage itself; see the cause' },
} as const;

export type StorageErrorCode = keyof typeof storageErrorCodes;

export interface StorageError extends Error {
  readonly code: StorageErrorCode;
  readonly retryable: boolean;
}

export interface StorageErrorOptions {
  readonly cause?: unknown;
  readonly retryable?: boolean;
}

/** `message` says what was expected and what was found, and names the thing; it may reach a client. The cause never does. */
export function createStorageError(
  code: StorageErrorCode,
  message: string,
  options: StorageErrorOptions = {},
): StorageError {
  const error = new Error(message, options.cause === undefined ? undefined : { cause: options.cause });
  error.name = 'StorageError';
  return Object.assign(error, { code, retryable: options.retryable ?? storageErrorCodes[code].retryable });
}

export function isStorageError(error: unknown): error is StorageError {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    Object.hasOwn(storageErrorCodes, error.code) &&
    'retryable' in error
  );
}
