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

/** Leaves out what changes nothing, or is older than what is stored. */
export function decideChanges({ cluster, type, changes, now }: ChangeRequest, pending: PendingChanges): DecidedChanges {
  const decided: ChangeOperation[] = [];
  const bytes: Uint8Array[] = [];
  for (const change of changes) {
    const { namespace, name } = change.type === 'upsert' ? change.object : change;
    const key = { cluster, type, namespace, name };
    const current = pending.get(key);
    if (change.type === 'upsert' ? isNoUpdate(change.object, current) : isNoDelete(change.resourceVersion, current)) {
      continue;
    }
    if (change.type === 'upsert') {
      decided.push({ put: metadataOf(change.object, now) });
      bytes.push(change.object.json);
      pending.set(key, change.object);
    } else {
      decided.push({ delete: { namespace, name } });
      pending.set(key, undefined);
    }
  }
  return {
    operation: decided.length === 0 ? undefined : { do: 'write', cluster, type, changes: decided },
    bytes,
    result: { written: decided.length, unchanged: changes.length - decided.length },
  };
}

function isNoUpdate(object: PreparedObject, current: CurrentObject | undefined): boolean {
  if (current === undefined) return false;
  return (
    compareResourceVersions(object.resourceVersion, current.resourceVersion) < 0 ||
    Buffer.compare(object.json, current.json) === 0
  );
}

function isNoDelete(resourceVersion: string | undefined, current: CurrentObject | undefined): boolean {
  if (current === undefined) return true;
  return resourceVersion !== undefined && compareResourceVersions(resourceVersion, current.resourceVersion) < 0;
}

function metadataOf(object: PreparedObject, now: number): RecordMetadata {
  const { json: _json, createdAt, ...metadata } = object;
  return { ...metadata, ...(createdAt !== undefined && { createdAt }), syncedAt: now };
}
