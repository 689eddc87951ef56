import { createStorageError, isStorageError, type StorageError } from '@clusterdex/storage-contract';
import { isSocketError } from '@clusterdex/storage-sql';

/** The number that MySQL and MariaDB give their errors; undefined for any other. */
export function errorNumber(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errno' in error) || !('sqlState' in error)) return undefined;
  return typeof error.errno === 'number' ? error.errno : undefined;
}

const deadlock = 1213;
const lockWaitTimeout = 1205;
const changedSinceRead = 1020;
const duplicate = 1062;

/** Somebody else was in the way; the same transaction again may well go through. */
export function isTransient(error: unknown): boolean {
  return [deadlock, lockWaitTimeout, changedSinceRead, duplicate].includes(errorNumber(error) ?? 0);
}

/** Killed, shut down, or gone while a statement ran. */
const lostNumbers = new Set([1053, 1077, 1079, 1152, 1184, 1927, 3169, 4031]);

/** What the connection itself suffered: nobody knows how far the server has come. */
export function isConnectionLoss(error: unknown): boolean {
  const number = errorNumber(error);
  if (number !== undefined && lostNumbers.has(number)) return true;
  if (!(error instanceof Error)) return false;
  if (isSocketError(error) || ('code' in error && /^PROTOCOL_/.test(String(error.code)))) return true;
  return /closed state|Connection lost|connection is closed|no free connection/i.test(error.message);
}

const fullDisk = new Set([1021, 1026, 1114, 3675]);
const noRoom = new Set([1037, 1038, 1040, 1041, 1203, 1226, 1461]);
const refused = new Set([1044, 1045, 1049, 1142, 1143, 1227, 1251, 1275, 1698]);
const readOnly = new Set([1290, 1792, 1836]);
const interrupted = new Set([1317, 1969, 3024]);

/** Errors of MySQL and MariaDB in the words of the contract; `server` names it for the operator. */
export function mapError(error: unknown, server: string): StorageError {
  if (isStorageError(error)) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const unavailable = (message: string, retryable = true) =>
    createStorageError('UNAVAILABLE', message, { cause: error, retryable });
  const number = errorNumber(error);
  if (number !== undefined && refused.has(number)) return unavailable(`MySQL at ${server} refused: ${detail}`, false);
  if (isTransient(error)) return unavailable(`MySQL at ${server} was busy with a change of the same (${number})`);
  if (isConnectionLoss(error)) return unavailable(`MySQL at ${server} cannot be reached: ${detail}`);
  if (number === undefined) {
    if (
      error instanceof Error &&
      /certificate|SSL|TLS|self.signed|HANDSHAKE/i.test(`${detail} ${'code' in error ? error.code : ''}`)
    ) {
      return unavailable(`no trusted connection to MySQL at ${server}: ${detail}`, false);
    }
    return createStorageError('INTERNAL', `the mysql storage failed: ${detail}`, { cause: error });
  }
  if (interrupted.has(number)) {
    return createStorageError('TIMEOUT', `MySQL at ${server} gave up a statement: ${detail}`, { cause: error });
  }
  if (fullDisk.has(number))
    return unavailable(`the disk of MySQL at ${server} is full; nothing of this batch was written`);
  if (noRoom.has(number)) return unavailable(`MySQL at ${server} has no room for this: ${detail}`);
  if (readOnly.has(number)) return unavailable(`MySQL at ${server} is read-only; is it a replica?`);
  if (number === 1406 || number === 1153 || number === 1366) {
    return createStorageError('INVALID', `MySQL refused a value: ${detail}`, { cause: error });
  }
  return createStorageError('INTERNAL', `the mysql storage failed (${number}): ${detail}`, { cause: error });
}
