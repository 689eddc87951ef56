import type { ObjectBatch, ResourceType, StoredObject } from '@clusterdex/storage-contract';
import { clusterNameAnnotation } from '@clusterdex/storage-contract';

interface Envelope {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
}

export interface PackedObjects {
  /** JSON of the objects, joined by commas. */
  readonly joined: Uint8Array;
  /** Bytes of each. */
  readonly lengths: readonly number[];
  /** Of each; for collection resources. */
  readonly types: readonly ResourceType[] | undefined;
}

/** A batch that is split into objects only when somebody asks. */
export class PackedBatch implements ObjectBatch {
  readonly joined: Uint8Array;
  readonly count: number;
  readonly types?: readonly ResourceType[];
  readonly #packed: PackedObjects;
  #objects: readonly StoredObject[] | undefined;

  constructor(packed: PackedObjects) {
    this.#packed = packed;
    this.joined = packed.joined;
    this.count = packed.lengths.length;
    if (packed.types !== undefined) this.types = [...new Set(packed.types)];
  }

  get objects(): readonly StoredObject[] {
    this.#objects ??= this.#split();
    return this.#objects;
  }

  #split(): readonly StoredObject[] {
    const decoder = new TextDecoder();
    let start = 0;
    return this.#packed.lengths.map((length, index) => {
      const json = this.joined.subarray(start, start + length);
      start += length + 1;
      const { metadata } = JSON.parse(decoder.decode(json)) as Envelope;
      const type = this.#packed.types?.[index];
      return {
        cluster: metadata.annotations[clusterNameAnnotation] ?? '',
        namespace: metadata.namespace ?? '',
        name: metadata.name,
        json,
        ...(type === undefined ? {} : { type }),
      };
    });
  }
}
