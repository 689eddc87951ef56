import {
  createStorageError,
  type ListOptions,
  type ObjectBatch,
  type StoredObject,
} from '@clusterdex/storage-contract';
import { compareText } from '@clusterdex/storage-contract/selection';
import type { CopySide } from './copy-result.js';
import { markSide } from './side-error.js';

export interface CursorOptions {
  readonly side: CopySide;
  /** For messages: which list this is. */
  readonly title: string;
  readonly list: (options: ListOptions, signal: AbortSignal) => AsyncIterable<ObjectBatch>;
  readonly listOptions: ListOptions;
  readonly signal: AbortSignal;
}

/** Goes through a list in key order, one batch in memory. The bytes of `current` are valid until the next `advance`. */
export class ObjectCursor {
  current: StoredObject | undefined;
  private readonly batches: AsyncIterator<ObjectBatch>;
  private batch: ObjectBatch | undefined;
  private objects: readonly StoredObject[] = [];
  private next = 0;
  private last: { readonly namespace: string; readonly name: string } | undefined;

  constructor(private readonly options: CursorOptions) {
    this.batches = options.list(options.listOptions, options.signal)[Symbol.asyncIterator]();
  }

  async advance(): Promise<void> {
    while (this.next >= this.objects.length) {
      this.batch?.release?.();
      this.batch = undefined;
      const { done, value } = await this.read();
      if (done === true) {
        this.objects = [];
        this.current = undefined;
        return;
      }
      this.batch = value;
      this.objects = value.objects;
      this.next = 0;
    }
    const object = this.objects[this.next++];
    if (object !== undefined && this.last !== undefined && compareKeys(this.last, object) >= 0) {
      const message = `${this.options.title}: ${keyText(object)} came behind ${keyText(this.last)}; expected namespaces and names in their order, each once`;
      throw markSide(createStorageError('INTERNAL', message), this.options.side);
    }
    this.last = object;
    this.current = object;
  }

  async close(): Promise<void> {
    await this.batches.return?.();
  }

  private async read(): Promise<IteratorResult<ObjectBatch, undefined>> {
    try {
      return await this.batches.next();
    } catch (error) {
      throw markSide(error, this.options.side);
    }
  }
}

export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

export function compareKeys(a: ObjectKey, b: ObjectKey): number {
  return compareText(a.namespace, b.namespace) || compareText(a.name, b.name);
}

export function keyText({ namespace, name }: ObjectKey): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}
