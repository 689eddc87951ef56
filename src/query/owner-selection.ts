import type { NameFilter, OwnerSelection } from '@clusterdex/storage-contract';
import type { QueryDraft } from './query-draft.js';
import { QueryError } from './query-error.js';

/** The owner that a request searches by, if any. QueryError unless it searches in exactly one cluster. */
export function selectOwner(draft: QueryDraft, clusters: NameFilter | undefined): OwnerSelection | undefined {
  const { ownerUid: uid, ownerName: name, ownerGroupResource: groupResource, ownerSeniority: seniority = 0 } = draft;
  if (uid === undefined && name === undefined) return undefined;
  if (clusters?.in?.length !== 1) {
    const message = `a search by owner needs exactly one cluster, found ${clusters?.in?.length ?? 'no choice of clusters'}`;
    throw new QueryError('BadRequest', message, { field: uid === undefined ? 'ownerName' : 'ownerUID' });
  }
  if (uid !== undefined) return Object.freeze({ uid, seniority });
  return Object.freeze({
    ...(name !== undefined && { name }),
    ...(groupResource !== undefined && { groupResource }),
    seniority,
  });
}
