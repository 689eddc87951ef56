import type { ObjectBatch } from '@clusterdex/storage-contract';
import { compareRevisions } from '../kube/compare-revisions.js';
import { gone, tooLargeResourceVersion } from '../kube/status.js';
import type { RevisionBound } from '../query/resource-version-rules.js';
import { ApiError } from './api-error.js';

/** The list, if it is as new as it has to be. */
export function atRevision(
  batches: AsyncIterable<ObjectBatch>,
  bound: RevisionBound | undefined,
): AsyncIterable<ObjectBatch> {
  return bound === undefined ? batches : checkFirst(batches, bound);
}

/** Throws 504 when there is nothing so new, and 410 when exactly this revision is asked for and is no longer the newest. */
export function checkRevision(bound: RevisionBound, current: string | undefined): void {
  if (current === undefined) return;
  const order = compareRevisions(bound.revision, current);
  if (order > 0) throw new ApiError(tooLargeResourceVersion(bound.revision, current));
  if (order < 0 && bound.exact) throw new ApiError(gone('The resourceVersion for the provided list is too old.'));
}

async function* checkFirst(batches: AsyncIterable<ObjectBatch>, bound: RevisionBound): AsyncGenerator<ObjectBatch> {
  let checked = false;
  for await (const batch of batches) {
    if (!checked) checkRevision(bound, batch.revision);
    checked = true;
    yield batch;
  }
}
