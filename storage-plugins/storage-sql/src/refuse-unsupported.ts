import { type CollectionListOptions, createStorageError } from '@clusterdex/storage-contract';

/** NOT_SUPPORTED for what no storage on SQL does. */
export function refuseUnsupported(options: CollectionListOptions, storage: string): void {
  const extra = options.extraLabelSelector?.[0];
  if (extra !== undefined) {
    throw createStorageError('NOT_SUPPORTED', `the storage '${storage}' knows no search label '${extra.key}'`);
  }
}
