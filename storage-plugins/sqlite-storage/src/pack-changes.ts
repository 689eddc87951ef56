import type { ObjectChange } from '@clusterdex/storage-contract';

export interface UnpackedUpsert {
  readonly type: 'upsert';
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: string;
  readonly uid: string;
  readonly ownerUid: string;
  readonly createdAt: number | null;
  readonly metadataEnd: number;
  readonly row: string | null;
  /** Names and values in turn. */
  readonly labels: readonly string[];
  readonly json: Buffer;
}

export interface UnpackedDelete {
  readonly type: 'delete';
  readonly namespace: string;
  readonly name: string;
  /** '' deletes whatever is stored. */
  readonly resourceVersion: string;
}

type Value = string | number | null;

/** A batch of changes that crosses to another thread in two pieces, whatever its length: one list is cloned faster than many objects. */
export interface PackedChanges {
  readonly count: number;
  /** Of one change after the other what is not its JSON. */
  readonly values: readonly Value[];
  /** The JSON of one after the other. */
  readonly bytes: Uint8Array;
}

export function packChanges(changes: readonly ObjectChange[]): PackedChanges {
  let length = 0;
  for (const change of changes) if (change.type === 'upsert') length += change.object.json.length;
  const bytes = new Uint8Array(length);
  const values: Value[] = [];
  let start = 0;
  for (const change of changes) {
    if (change.type === 'delete') {
      values.push(deleteMark, change.namespace, change.name, change.resourceVersion ?? '');
      continue;
    }
    const { object } = change;
    bytes.set(object.json, start);
    start += object.json.length;
    values.push(object.json.length, object.namespace, object.name, object.resourceVersion, object.uid, object.ownerUid);
    values.push(object.createdAt ?? null, object.metadataEnd, object.row ?? null);
    const labels = Object.entries(object.labels);
    values.push(labels.length);
    for (const [name, value] of labels) values.push(name, value);
  }
  return { count: changes.length, values, bytes };
}

/** Stands where an upsert has the length of its JSON. */
const deleteMark = -1;

/** The JSON of what it yields is a part of the packed bytes. */
export function* unpackChanges({ count, values, bytes }: PackedChanges): Generator<UnpackedUpsert | UnpackedDelete> {
  let at = 0;
  let start = 0;
  const text = (): string => values[at++] as string;
  const number = (): number => values[at++] as number;
  for (let index = 0; index < count; index++) {
    const size = number();
    const key = { namespace: text(), name: text(), resourceVersion: text() };
    if (size === deleteMark) {
      yield { type: 'delete', ...key };
      continue;
    }
    const json = Buffer.from(bytes.buffer, bytes.byteOffset + start, size);
    start += size;
    const [uid, ownerUid] = [text(), text()];
    const createdAt = values[at++] as number | null;
    const metadataEnd = number();
    const row = values[at++] as string | null;
    const labelsEnd = at + 1 + 2 * number();
    const labels = values.slice(at, labelsEnd) as string[];
    at = labelsEnd;
    yield { type: 'upsert', ...key, uid, ownerUid, createdAt, metadataEnd, row, labels, json };
  }
}
