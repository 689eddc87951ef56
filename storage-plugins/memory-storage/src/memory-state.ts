import type { ClusterInventory, ResourceType } from '@clusterdex/storage-contract';
import { compareResourceVersions, compareText } from '@clusterdex/storage-contract/selection';
import { ChangeHistory } from './change-history.js';
import { ClusterTable } from './cluster-table.js';
import type { ChangeOperation, Operation } from './operation.js';
import type { StoredRecord } from './stored-record.js';

/** The objects of one type, by cluster. */
export interface TypeTable {
  readonly type: ResourceType;
  readonly clusters: Map<string, ClusterTable>;
}

export interface RecordedEvent {
  readonly key: string;
  readonly resourceVersion: string;
  readonly json: Uint8Array;
}

/** Everything that is stored. It changes by operations alone, the same ones live and from the journal. */
export class MemoryState {
  readonly history = new ChangeHistory();
  readonly inventories = new Map<string, ClusterInventory>();
  readonly #types = new Map<string, TypeTable>();
  /** By cluster, involved uid and event uid. */
  readonly #events = new Map<string, Map<string, Map<string, RecordedEvent>>>();
  #revision = 1;
  #live = false;

  /** Grows with every change, and never falls, restarts included. */
  get revision(): number {
    return this.#revision;
  }

  types(): readonly TypeTable[] {
    return [...this.#types.values()];
  }

  typeTable(type: ResourceType): TypeTable | undefined {
    return this.#types.get(typeKey(type));
  }

  clusterTable(type: ResourceType, cluster: string): ClusterTable | undefined {
    return this.typeTable(type)?.clusters.get(cluster);
  }

  clusters(): readonly string[] {
    const names = this.types().flatMap((table) => [...table.clusters.keys()]);
    return [...new Set([...names, ...this.#events.keys(), ...this.inventories.keys()])].sort(compareText);
  }

  eventsOfCluster(cluster: string): ReadonlyMap<string, ReadonlyMap<string, RecordedEvent>> {
    return this.#events.get(cluster) ?? new Map();
  }

  /** The newest last; undefined when there are none. */
  events(cluster: string, uid: string): readonly Uint8Array[] | undefined {
    const events = this.#events.get(cluster)?.get(uid);
    if (events === undefined) return undefined;
    const byAge = [...events.values()].sort((a, b) => compareResourceVersions(a.resourceVersion, b.resourceVersion));
    return byAge.map((event) => event.json);
  }

  /** Whether nothing was ever written, a revision neither. */
  get isNew(): boolean {
    return this.#revision === 1;
  }

  /** The journal is read: from here on watches can follow. */
  keepHistory(): void {
    this.history.begin(this.#revision);
    this.#live = true;
  }

  /** `bytes` are those of the operation's objects or events, in their order. */
  apply(operation: Operation, bytes: Iterator<Uint8Array>): void {
    this.#revision++;
    switch (operation.do) {
      case 'write':
        this.#write(this.#table(operation.type, operation.cluster), operation.changes, bytes);
        return;
      case 'recordEvents': {
        for (const { involvedUid, eventUid, ...event } of operation.events) {
          const events = this.#eventsOf(operation.cluster, involvedUid);
          // Behind the others also when it replaces one: with equal versions the last recorded is the newest.
          events.delete(eventUid);
          const json = own(bytes);
          if (json.length > 0) events.set(eventUid, { ...event, json });
          else if (events.size === 0) this.#events.get(operation.cluster)?.delete(involvedUid);
        }
        return;
      }
      case 'putInventory':
        this.inventories.set(operation.inventory.cluster, operation.inventory);
        return;
      case 'cleanCluster':
        for (const table of this.#types.values()) this.#clean(table, operation.cluster);
        this.#events.delete(operation.cluster);
        this.inventories.delete(operation.cluster);
        return;
      case 'cleanType':
        {
          const table = this.typeTable(operation.type);
          if (table !== undefined) this.#clean(table, operation.cluster);
        }
        return;
      case 'setRevision':
        this.#revision = operation.revision;
        return;
    }
  }

  #write(table: ClusterTable, changes: readonly ChangeOperation[], bytes: Iterator<Uint8Array>): void {
    for (const change of changes) {
      const { record, previous } =
        'put' in change
          ? table.put(change.put, own(bytes))
          : { record: undefined, previous: table.delete(change.delete.namespace, change.delete.name) };
      // Events go with the object that they are about.
      if (previous !== undefined && previous.uid !== record?.uid) {
        this.#events.get(table.cluster)?.delete(previous.uid);
      }
      this.#record(previous, record);
    }
  }

  #clean({ clusters }: TypeTable, cluster: string): void {
    const records = clusters.get(cluster)?.records.from('', '') ?? [];
    clusters.delete(cluster);
    for (const record of records) this.#record(record, undefined);
  }

  #record(before: StoredRecord | undefined, after: StoredRecord | undefined): void {
    // Where only the row is another, the object is what it was.
    if (before !== undefined && after !== undefined && Buffer.compare(before.json, after.json) === 0) return;
    this.#revision++;
    if (this.#live) this.history.add({ revision: this.#revision, before, after });
  }

  #table(type: ResourceType, cluster: string): ClusterTable {
    const key = typeKey(type);
    const typeTable = this.#types.get(key) ?? { type, clusters: new Map<string, ClusterTable>() };
    this.#types.set(key, typeTable);
    const table = typeTable.clusters.get(cluster) ?? new ClusterTable(cluster, typeTable.type);
    typeTable.clusters.set(cluster, table);
    return table;
  }

  #eventsOf(cluster: string, uid: string): Map<string, RecordedEvent> {
    const byUid = this.#events.get(cluster) ?? new Map<string, Map<string, RecordedEvent>>();
    this.#events.set(cluster, byUid);
    const events = byUid.get(uid) ?? new Map<string, RecordedEvent>();
    byUid.set(uid, events);
    return events;
  }
}

function typeKey({ group, version, resource }: ResourceType): string {
  return `${group}/${version}/${resource}`;
}

/** Bytes that fill their buffer are kept as they are; others are copied, for a view would keep all of a larger buffer alive. */
function own(bytes: Iterator<Uint8Array>): Uint8Array {
  const { value, done } = bytes.next();
  if (done) throw new RangeError('an operation has fewer bytes than it names objects');
  if (value.byteLength === value.buffer.byteLength) return value;
  const copy = Buffer.allocUnsafeSlow(value.byteLength);
  copy.set(value);
  return copy;
}
