import { createStorageError } from '@clusterdex/storage-contract';

const message = 'the declared fields are others than when this began';

/** What a write or a search rejects with that went by declarations that are gone. */
export const staleFieldIndexes = () => createStorageError('CONFLICT', message, { retryable: true });

export const isStaleFieldIndexes = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'CONFLICT' && error.message === message;
