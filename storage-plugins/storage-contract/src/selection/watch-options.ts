import { createStorageError } from '../errors.js';
import type { CollectionListOptions } from '../list-options.js';

const listsOnly = [
  'orderBy',
  'limit',
  'start',
  'injectEvents',
  'withRows',
  'withRemainingCount',
  'rawQuery',
  'extraLabelSelector',
] as const;

/** NOT_SUPPORTED for an option that means something for lists alone. */
export function refuseListOptions(options: CollectionListOptions, storage: string): void {
  for (const name of listsOnly) {
    const value = options[name];
    if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) continue;
    throw createStorageError('NOT_SUPPORTED', `the storage '${storage}' cannot watch with ${name}`);
  }
}

/** A revision of a storage that counts its changes. EXPIRED for anything else: it may be one of a storage that stood here before. */
export function parseRevision(revision: string): number {
  if (/^\d{1,16}$/.test(revision) && Number.isSafeInteger(Number(revision))) return Number(revision);
  throw createStorageError(
    'EXPIRED',
    `expected a revision of this storage, found '${revision.slice(0, 64)}'; list again`,
  );
}
