import type { ResourceType } from '@clusterdex/storage-contract';
import { RecordIndex } from './record-index.js';
import { SortedRecords } from './sorted-records.js';
import { type RecordMetadata, StoredRecord } from './stored-record.js';

/** The objects of one type in one cluster, with indexes by label and by owner. */
export class ClusterTable {
  readonly records = new SortedRecords();
  readonly byOwner = new RecordIndex();
  readonly #byLabel = new Map<string, RecordIndex>();
  readonly #namespaces = new Map<string, string>();

  constructor(
    readonly cluster: string,
    readonly type: ResourceType,
  ) {}

  /** Returns the record and the one that it replaces. Both arguments belong to the table from now on. */
  put(metadata: RecordMetadata, json: Uint8Array): { record: StoredRecord; previous: StoredRecord | undefined } {
    const record = new StoredRecord(this, this.#shareTexts(metadata), json);
    const previous = this.records.put(record);
    if (previous !== undefined) this.#unindex(previous);
    if (record.ownerUid !== '') this.byOwner.add(record.ownerUid, record);
    for (const [key, value] of Object.entries(record.labels)) this.#label(key).add(value, record);
    return { record, previous };
  }

  /** Returns the record that was there. */
  delete(namespace: string, name: string): StoredRecord | undefined {
    const record = this.records.delete(namespace, name);
    if (record !== undefined) this.#unindex(record);
    return record;
  }

  byLabel(key: string): RecordIndex | undefined {
    return this.#byLabel.get(key);
  }

  #label(key: string): RecordIndex {
    const index = this.#byLabel.get(key) ?? new RecordIndex();
    this.#byLabel.set(key, index);
    return index;
  }

  #unindex(record: StoredRecord): void {
    if (record.ownerUid !== '') this.byOwner.remove(record.ownerUid, record);
    for (const [key, value] of Object.entries(record.labels)) this.#byLabel.get(key)?.remove(value, record);
  }

  /** Texts that another record has too are kept once: a third of the memory beside the bytes. */
  #shareTexts(metadata: RecordMetadata): RecordMetadata {
    const labels: Record<string, string> = metadata.labels;
    for (const [key, value] of Object.entries(labels)) {
      labels[key] = this.#byLabel.get(key)?.first(value)?.labels[key] ?? value;
    }
    const ownerUid = this.byOwner.first(metadata.ownerUid)?.ownerUid ?? metadata.ownerUid;
    const namespace = this.#namespaces.get(metadata.namespace) ?? metadata.namespace;
    this.#namespaces.set(namespace, namespace);
    return { ...metadata, namespace, ownerUid };
  }
}
