import type { ObjectChange, PreparedObject, ResourceType, WriteResult } from '@clusterdex/storage-contract';
import { compareResourceVersions } from '@clusterdex/storage-contract/selection';
import type { ChangeOperation, Operation } from './operation.js';
import type { CurrentObject, PendingChanges } from './pending-changes.js';
import type { RecordMetadata } from './stored-record.js';

export interface ChangeRequest {
  readonly cluster: string;
  readonly type: ResourceType;
  readonly changes: readonly ObjectChange[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface DecidedChanges {
  /** Undefined when every change is a no-op. */
  readonly operation: Operation | undefined;
  readonly bytes: readonly Uint8Array[];
  readonly result: WriteResult;
}

/** Leaves out what changes nothing, or is older than what is stored. The same bytes are put once more where only their row is another. */
export function decideChanges({ cluster, type, changes, now }: ChangeRequest, pending: PendingChanges): DecidedChanges {
  const decided: ChangeOperation[] = [];
  const bytes: Uint8Array[] = [];
  let rowsAlone = 0;
  for (const change of changes) {
    const { namespace, name } = change.type === 'upsert' ? change.object : change;
    const key = { cluster, type, namespace, name };
    const current = pending.get(key);
    if (change.type === 'upsert') {
      const { object } = change;
      if (isOlder(object.resourceVersion, current)) continue;
      const isSame = current !== undefined && Buffer.compare(object.json, current.json) === 0;
      if (isSame && (object.row === undefined || object.row === current.row)) continue;
      if (isSame) rowsAlone++;
      const syncedAt = isSame ? current.syncedAt : now;
      const { resourceVersion, json, row } = object;
      decided.push({ put: metadataOf(object, syncedAt) });
      bytes.push(json);
      pending.set(key, { resourceVersion, json, row, syncedAt });
    } else if (current !== undefined && !isOlder(change.resourceVersion, current)) {
      decided.push({ delete: { namespace, name } });
      pending.set(key, undefined);
    }
  }
  const written = decided.length - rowsAlone;
  return {
    operation: decided.length === 0 ? undefined : { do: 'write', cluster, type, changes: decided },
    bytes,
    result: { written, unchanged: changes.length - written },
  };
}

function isOlder(resourceVersion: string | undefined, current: CurrentObject | undefined): boolean {
  if (resourceVersion === undefined || current === undefined) return false;
  return compareResourceVersions(resourceVersion, current.resourceVersion) < 0;
}

function metadataOf(object: PreparedObject, syncedAt: number): RecordMetadata {
  const { json: _json, createdAt, ...metadata } = object;
  return { ...metadata, ...(createdAt !== undefined && { createdAt }), syncedAt };
}
