import { createStorageError } from '../errors.js';

const checkNames = /^clusterdex_check_[0-9a-f]{8}_\d{1,9}$/;

/**
 * Throws INVALID unless a store was made by a check: `checkName` is a name that only `clusterdex plugins check` gives, drawn at random for each run, and
 * `store`, what the database, schema or prefix really is called, contains it. So a store of anybody else is not removed, whoever asks, by
 * mistake or because `{store}` stands where it names nothing.
 */
export function requireCheckStore(store: string, checkName: string): void {
  // A number may go on: another store.
  if (checkNames.test(checkName) && new RegExp(`${checkName}(?!\\d)`).test(store)) return;
  throw createStorageError(
    'INVALID',
    `the store ${JSON.stringify(store)} is not removed: expected one that a check made and called ${JSON.stringify(checkName)}`,
  );
}
