import type { PreparedObject } from '@clusterdex/storage-contract';
import { parseFields, type SelectableObject } from '@clusterdex/storage-contract/selection';
import type { ClusterTable } from './cluster-table.js';

const decoder = new TextDecoder();

/** What is kept of an object beside its bytes; plain JSON, as it stands in the journal. */
export interface RecordMetadata extends Omit<PreparedObject, 'json' | 'createdAt'> {
  readonly createdAt?: number;
  readonly syncedAt: number;
}

/** An object as it is stored. It never changes: an update puts another record in its place, so whoever holds one may go on using it. */
export class StoredRecord implements SelectableObject {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly ownerUid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: number | undefined;
  readonly syncedAt: number;
  readonly metadataEnd: number;
  readonly row: string | undefined;

  constructor(
    readonly table: ClusterTable,
    metadata: RecordMetadata,
    readonly json: Uint8Array,
  ) {
    this.namespace = metadata.namespace;
    this.name = metadata.name;
    this.uid = metadata.uid;
    this.resourceVersion = metadata.resourceVersion;
    this.ownerUid = metadata.ownerUid;
    this.labels = metadata.labels;
    this.createdAt = metadata.createdAt;
    this.syncedAt = metadata.syncedAt;
    this.metadataEnd = metadata.metadataEnd;
    this.row = metadata.row;
  }

  get cluster(): string {
    return this.table.cluster;
  }

  get kind(): string {
    return this.table.type.kind;
  }

  fields(): unknown {
    return parseFields(decoder.decode(this.json));
  }
}
