import {
  createStorageError,
  isStorageError,
  type ObjectChange,
  type ObjectEvent,
  type ResourceType,
} from '@clusterdex/storage-contract';
import { type RetryOptions, retry } from '../import/retry.js';
import type { CopiedStorage } from './copied-storage.js';
import { keyText, type ObjectKey } from './object-cursor.js';
import { markSide } from './side-error.js';

export interface CopyWriterOptions {
  readonly target: CopiedStorage;
  readonly cluster: string;
  readonly type: ResourceType;
  readonly retry: RetryOptions;
  readonly onWritten: (written: { readonly copied: number; readonly deleted: number }) => void;
  readonly onRefused: (object: string, reason: string) => void;
}

interface Batch {
  readonly changes: ObjectChange[];
  readonly events: ObjectEvent[];
}

const batchObjects = 500;
const batchBytes = 4 << 20;

/**
 * Writes changes of one type in batches; while one is written, the next is gathered. Events come before the objects of their batch,
 * so that nobody who finds the objects there takes their events for copied when these are not.
 */
export class CopyWriter {
  /** Objects that the target says it inserted or replaced, and removed. */
  copied = 0;
  deleted = 0;
  private batch: Batch = { changes: [], events: [] };
  private bytes = 0;
  private underWay: Promise<void> = Promise.resolve();

  constructor(private readonly options: CopyWriterOptions) {}

  async add(change: ObjectChange): Promise<void> {
    this.batch.changes.push(change);
    await this.grow(change.type === 'upsert' ? change.object.json.length : 0);
  }

  async addEvent(event: ObjectEvent): Promise<void> {
    this.batch.events.push(event);
    await this.grow(event.json.length);
  }

  /** Resolves when everything is written. Rejects with the error of a batch that cannot be written, which is not to be retried. */
  async finish(): Promise<void> {
    await this.start();
    await this.underWay;
  }

  /** Waits for what was begun, whatever becomes of it. */
  async settle(): Promise<void> {
    await this.underWay.catch(() => {});
  }

  private async grow(bytes: number): Promise<void> {
    this.bytes += bytes;
    const { changes, events } = this.batch;
    if (changes.length + events.length >= batchObjects || this.bytes >= batchBytes) await this.start();
  }

  private async start(): Promise<void> {
    const { batch } = this;
    if (batch.changes.length + batch.events.length === 0) return;
    this.batch = { changes: [], events: [] };
    this.bytes = 0;
    await this.underWay;
    this.underWay = this.writeBatch(batch);
    // It is awaited later; until then a rejection has to count as handled.
    this.underWay.catch(() => {});
  }

  private async writeBatch({ changes, events }: Batch): Promise<void> {
    const { target, cluster, type } = this.options;
    const storage = target.factory.resourceStorage(type);
    try {
      if (events.length > 0) await retry(() => storage.recordEvents(cluster, events), this.options.retry);
      await this.write(changes.filter((change) => change.type === 'upsert'));
      await this.write(changes.filter((change) => change.type === 'delete'));
    } catch (error) {
      if (!isStorageError(error)) throw error;
      throw markSide(createStorageError(error.code, error.message, { cause: error, retryable: false }), 'target');
    }
  }

  private async write(changes: readonly ObjectChange[]): Promise<void> {
    const [first, second] = changes;
    if (first === undefined) return;
    const { target, cluster, type, onRefused } = this.options;
    try {
      const storage = target.factory.resourceStorage(type);
      const { written } = await retry(() => storage.write(cluster, changes), this.options.retry);
      const isUpsert = first.type === 'upsert';
      if (isUpsert) this.copied += written;
      else this.deleted += written;
      this.options.onWritten({ copied: isUpsert ? written : 0, deleted: isUpsert ? 0 : written });
    } catch (error) {
      if (!isStorageError(error) || error.code !== 'INVALID') throw error;
      if (second === undefined) return onRefused(keyText(keyOf(first)), error.message);
      // One of them is refused: halve until it stands alone.
      const middle = changes.length >> 1;
      await this.write(changes.slice(0, middle));
      await this.write(changes.slice(middle));
    }
  }
}

function keyOf(change: ObjectChange): ObjectKey {
  return change.type === 'upsert' ? change.object : change;
}
