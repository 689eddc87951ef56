import type { ObjectBatch } from '@clusterdex/storage-contract';

/** What a list says besides its objects. */
export interface Found {
  readonly revision: string;
  readonly position: string | undefined;
  readonly remaining: number | undefined;
}

/** Adds to a batch what its place in the list has to carry. Behind the last one nothing may be open. */
export function describeBatch(batch: ObjectBatch, found: Found, place: { first: boolean; last: boolean }): ObjectBatch {
  if (!place.first && !place.last) return batch;
  const additions: { revision?: string; continue?: string; remainingItemCount?: number; last?: boolean } = {};
  if (place.first) additions.revision = found.revision;
  if (place.last) additions.last = true;
  if (place.last && found.position !== undefined) additions.continue = found.position;
  if (place.last && found.remaining !== undefined) additions.remainingItemCount = found.remaining;
  return Object.assign(batch, additions);
}
