import {
  isStorageError,
  type ObjectEvent,
  type PreparedWithKind,
  type ResourceInventory,
  type StorageFactory,
} from '@clusterdex/storage-contract';
import { eventRecord, isEventType } from './event-record.js';
import { type RetryOptions, retry } from './retry.js';

/** An object on its way, and what to call it should it fail. */
export interface WaitingObject {
  readonly prepared: PreparedWithKind;
  readonly place: { readonly file: string; readonly index: number; readonly offset: number };
}

export interface BatchWriterOptions {
  readonly factory: StorageFactory;
  readonly cluster: string;
  readonly recordsEvents: boolean;
  readonly retry: RetryOptions;
  readonly onWritten: (type: ResourceInventory, counts: { written: number; unchanged: number }) => void;
  readonly onRefused: (object: WaitingObject, reason: string) => void;
}

interface Batch {
  readonly type: ResourceInventory;
  objects: WaitingObject[];
  bytes: number;
}

const batchObjects = 500;
const batchBytes = 4 << 20;
const waitingBytes = 16 << 20;

/**
 * Writes objects in batches, one type at a time, in the order in which they came; while a batch is written, the next is gathered.
 * Rejects with the StorageError of a batch that cannot be written, at the latest with `finish`.
 */
export class BatchWriter {
  private readonly batches = new Map<string, Batch>();
  private bytes = 0;
  private underWay: Promise<void> = Promise.resolve();

  constructor(private readonly options: BatchWriterOptions) {}

  async add(type: ResourceInventory, object: WaitingObject): Promise<void> {
    const key = `${type.group}/${type.version}/${type.resource}`;
    let batch = this.batches.get(key);
    if (batch === undefined) {
      batch = { type, objects: [], bytes: 0 };
      this.batches.set(key, batch);
    }
    batch.objects.push(object);
    batch.bytes += object.prepared.json.length;
    this.bytes += object.prepared.json.length;
    if (batch.objects.length >= batchObjects || batch.bytes >= batchBytes) await this.start(batch);
    else if (this.bytes >= waitingBytes) await this.flush();
  }

  /** Begins to write all that waits. */
  async flush(): Promise<void> {
    for (const batch of this.batches.values()) await this.start(batch);
  }

  /** Resolves when everything that was begun is written. */
  async settle(): Promise<void> {
    await this.underWay;
  }

  private async start(batch: Batch): Promise<void> {
    const { objects } = batch;
    if (objects.length === 0) return;
    this.bytes -= batch.bytes;
    batch.objects = [];
    batch.bytes = 0;
    await this.underWay;
    this.underWay = this.write(batch.type, objects);
    // It is awaited later; until then a rejection has to count as handled.
    this.underWay.catch(() => {});
  }

  private async write(type: ResourceInventory, objects: readonly WaitingObject[]): Promise<void> {
    const { factory, cluster, onWritten, onRefused } = this.options;
    const storage = factory.resourceStorage(type);
    const changes = objects.map(({ prepared }) => ({ type: 'upsert' as const, object: prepared }));
    try {
      onWritten(type, await retry(() => storage.write(cluster, changes), this.options.retry));
    } catch (error) {
      if (!isStorageError(error) || error.code !== 'INVALID') throw error;
      const [only, second] = objects;
      if (only !== undefined && second === undefined) return onRefused(only, error.message);
      // One of them is refused: halve until it stands alone.
      const middle = objects.length >> 1;
      await this.write(type, objects.slice(0, middle));
      return this.write(type, objects.slice(middle));
    }
    if (this.options.recordsEvents && isEventType(type)) await this.recordEvents(type, objects);
  }

  private async recordEvents(type: ResourceInventory, objects: readonly WaitingObject[]): Promise<void> {
    const events: ObjectEvent[] = objects.flatMap(({ prepared }) => eventRecord(prepared) ?? []);
    if (events.length === 0) return;
    const storage = this.options.factory.resourceStorage(type);
    await retry(() => storage.recordEvents(this.options.cluster, events), this.options.retry);
  }
}
