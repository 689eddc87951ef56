import { createStorageError, isStorageError, type StorageError } from '@clusterdex/storage-contract';

function sqliteCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return error.code.startsWith('SQLITE_') ? error.code : undefined;
}

/** SQLite's result codes in the words of the contract; `file` names the database for the operator. */
export function mapError(error: unknown, file: string): StorageError {
  if (isStorageError(error)) return error;
  const code = sqliteCode(error);
  const detail = error instanceof Error ? error.message : String(error);
  if (code?.startsWith('SQLITE_BUSY') || code?.startsWith('SQLITE_LOCKED')) {
    return createStorageError('UNAVAILABLE', `the database file ${file} is locked by another process`, {
      cause: error,
    });
  }
  switch (code) {
    case undefined:
      return createStorageError('INTERNAL', `the sqlite storage failed with ${file}: ${detail}`, { cause: error });
    case 'SQLITE_FULL':
      return createStorageError(
        'UNAVAILABLE',
        `the disk that holds ${file} is full; nothing of this batch was written`,
        { cause: error },
      );
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return createStorageError('INTERNAL', `${file} is not a usable SQLite database: ${detail}`, { cause: error });
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
    case 'SQLITE_PERM':
      return createStorageError('UNAVAILABLE', `cannot open ${file} for reading and writing: ${detail}`, {
        cause: error,
        retryable: false,
      });
    default:
      if (code.startsWith('SQLITE_IOERR')) {
        return createStorageError(
          'UNAVAILABLE',
          `reading or writing ${file} failed (${code}): ${detail}; is the disk full?`,
          { cause: error },
        );
      }
      return createStorageError('INTERNAL', `the sqlite storage failed (${code}): ${detail}`, { cause: error });
  }
}
