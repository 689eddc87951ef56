import { createStorageError, isStorageError, type StorageError } from '@clusterdex/storage-contract';
import { isSocketError } from '@clusterdex/storage-sql';

/** SQLSTATE of an error of the server; undefined for any other. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  return /^[0-9A-Z]{5}$/.test(error.code) && 'severity' in error ? error.code : undefined;
}

/** Somebody else was in the way; the same transaction again may well go through. */
export function isTransient(error: unknown): boolean {
  return ['40001', '40P01', '23505'].includes(sqlState(error) ?? '');
}

/** What the connection itself suffered: nobody knows how far the server has come. */
export function isConnectionLoss(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return state.startsWith('08') || ['57P01', '57P02', '57P03'].includes(state);
  if (!(error instanceof Error)) return false;
  if (isSocketError(error)) return true;
  return /^(?:Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded|timeout expired|Query read timeout)/.test(
    error.message,
  );
}

/** Errors of PostgreSQL in the words of the contract; `server` names it for the operator. */
export function mapError(error: unknown, server: string): StorageError {
  if (isStorageError(error)) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const unavailable = (message: string, retryable = true) =>
    createStorageError('UNAVAILABLE', message, { cause: error, retryable });
  const state = sqlState(error);
  if (isConnectionLoss(error)) return unavailable(`PostgreSQL at ${server} cannot be reached: ${detail}`);
  if (state === undefined) {
    if (error instanceof Error && /certificate|SSL|TLS|self.signed/i.test(detail)) {
      return unavailable(`no trusted connection to PostgreSQL at ${server}: ${detail}`, false);
    }
    return createStorageError('INTERNAL', `the postgres storage failed: ${detail}`, { cause: error });
  }
  if (isTransient(error)) return unavailable(`PostgreSQL at ${server} was busy with a change of the same (${state})`);
  if (state === '57014') {
    return createStorageError('TIMEOUT', `PostgreSQL at ${server} gave up a statement: ${detail}`, { cause: error });
  }
  if (state === '53100')
    return unavailable(`the disk of PostgreSQL at ${server} is full; nothing of this batch was written`);
  if (state.startsWith('53')) return unavailable(`PostgreSQL at ${server} has no room for this: ${detail}`);
  if (state === '25006') return unavailable(`PostgreSQL at ${server} is read-only; is it a replica?`);
  if (state.startsWith('28') || state === '3D000' || state === '42501') {
    return unavailable(`PostgreSQL at ${server} refused: ${detail}`, false);
  }
  if (state.startsWith('22') || state === '54000') {
    return createStorageError('INVALID', `PostgreSQL refused a value: ${detail}`, { cause: error });
  }
  return createStorageError('INTERNAL', `the postgres storage failed (${state}): ${detail}`, { cause: error });
}
