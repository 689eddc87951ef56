import type { WritableFrame } from './journal-frame.js';
import type { MemoryState } from './memory-state.js';
import type { ChangeOperation, Operation } from './operation.js';
import type { StoredRecord } from './stored-record.js';

const objectsPerFrame = 500;

/** The frames that lead from nothing to this state. */
export function* snapshotFrames(state: MemoryState): Generator<WritableFrame, void, undefined> {
  for (const { type, clusters } of state.types()) {
    for (const [cluster, { records }] of clusters) {
      for (const group of groups(records.from('', ''))) {
        const bytes = group.map((record) => record.json);
        yield frame([{ do: 'write', cluster, type, changes: group.map(toChange) }], bytes);
      }
    }
  }
  for (const cluster of state.clusters()) {
    for (const [involvedUid, recorded] of state.eventsOfCluster(cluster)) {
      const events = [...recorded].map(([eventUid, { json: _json, ...event }]) => ({
        involvedUid,
        eventUid,
        ...event,
      }));
      const bytes = [...recorded.values()].map((event) => event.json);
      yield frame([{ do: 'recordEvents', cluster, events }], bytes);
    }
  }
  const inventories = [...state.inventories.values()];
  const rest: Operation[] = inventories.map((inventory) => ({ do: 'putInventory', inventory }));
  yield frame([...rest, { do: 'setRevision', revision: state.revision }]);
}

function frame(operations: readonly Operation[], bytes: readonly Uint8Array[] = []): WritableFrame {
  return { operations: JSON.stringify(operations), bytes };
}

function* groups(records: Iterable<StoredRecord>): Generator<readonly StoredRecord[], void, undefined> {
  let group: StoredRecord[] = [];
  for (const record of records) {
    group.push(record);
    if (group.length === objectsPerFrame) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

function toChange(record: StoredRecord): ChangeOperation {
  const { namespace, name, uid, resourceVersion, ownerUid, labels, createdAt, syncedAt, metadataEnd, row } = record;
  const metadata = { namespace, name, uid, resourceVersion, ownerUid, labels, syncedAt, metadataEnd };
  return { put: { ...metadata, ...(createdAt !== undefined && { createdAt }), ...(row !== undefined && { row }) } };
}
