import type { ResourceStorage, StoredObject } from '@clusterdex/storage-contract';
import { compareRevisions } from '../kube/compare-revisions.js';
import type { RevisionBound } from '../query/resource-version-rules.js';
import { checkRevision } from './at-revision.js';
import { resourceVersionOf } from './object-revision.js';

/**
 * Rejects with 504 when the object is not new enough. A client may know the object's own resourceVersion, which is the member cluster's, or the
 * revision of a list, which is ours: either will do.
 */
export async function checkObjectRevision(
  { cluster, namespace, name, json }: StoredObject,
  storage: ResourceStorage,
  bound: RevisionBound,
): Promise<void> {
  const own = resourceVersionOf(json);
  if (own !== undefined && compareRevisions(own, bound.revision) >= 0) return;
  const only = { clusters: { in: [cluster] }, namespaces: { in: [namespace] }, names: { in: [name] }, limit: 1 };
  for await (const { revision } of storage.list(only)) {
    checkRevision({ ...bound, exact: false }, revision);
    return;
  }
}
