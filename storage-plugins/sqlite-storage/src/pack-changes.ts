import type { ObjectChange } from '@clusterdex/storage-contract';

export interface PackedUpsert {
  readonly type: 'upsert';
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly ownerUid: string;
  readonly resourceVersion: string;
  readonly createdAt: number | null;
  readonly metadataEnd: number;
  readonly row: string | null;
  /** Names and values in turn. */
  readonly labels: readonly string[];
  /** Where its JSON lies in the bytes of the batch. */
  readonly start: number;
  readonly size: number;
}

export interface PackedDelete {
  readonly type: 'delete';
  readonly namespace: string;
  readonly name: string;
  /** '' deletes whatever is stored. */
  readonly resourceVersion: string;
}

/** A batch of changes that crosses to another thread in two pieces, whatever its length. */
export interface PackedChanges {
  readonly rows: readonly (PackedUpsert | PackedDelete)[];
  readonly bytes: Uint8Array;
}

export function packChanges(changes: readonly ObjectChange[]): PackedChanges {
  let length = 0;
  for (const change of changes) if (change.type === 'upsert') length += change.object.json.length;
  const bytes = new Uint8Array(length);
  let start = 0;
  const rows = changes.map((change): PackedUpsert | PackedDelete => {
    if (change.type === 'delete') {
      return {
        type: 'delete',
        namespace: change.namespace,
        name: change.name,
        resourceVersion: change.resourceVersion ?? '',
      };
    }
    const {
      json,
      labels,
      createdAt,
      namespace,
      name,
      uid,
      ownerUid,
      resourceVersion,
      metadataEnd,
      row: rowText,
    } = change.object;
    bytes.set(json, start);
    const row = {
      type: 'upsert' as const,
      namespace,
      name,
      uid,
      ownerUid,
      resourceVersion,
      createdAt: createdAt ?? null,
      metadataEnd,
      row: rowText ?? null,
      labels: Object.entries(labels).flat(),
      start,
      size: json.length,
    };
    start += json.length;
    return row;
  });
  return { rows, bytes };
}
