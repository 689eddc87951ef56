import {
  clusterNameAnnotation,
  type ObjectBatch,
  type ResourceType,
  reduceToMetadata,
  type StoredObject,
} from '@clusterdex/storage-contract';
import { freeBytes } from './free-bytes.js';
import { type PackedObjects, splitNumbers } from './packed-reader.js';
import { splitFields } from './row-reader.js';

interface Envelope {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
}

/** A batch that is split into objects only when somebody asks. */
export class PackedBatch implements ObjectBatch {
  readonly joined: Uint8Array;
  readonly count: number;
  readonly types?: readonly ResourceType[];
  readonly #packed: PackedObjects;
  readonly #types: readonly ResourceType[] | undefined;
  #objects: readonly StoredObject[] | undefined;

  constructor(packed: PackedObjects, typeOf: (id: number) => ResourceType) {
    this.#packed = packed;
    this.joined = packed.joined;
    this.count = packed.count;
    this.#types = packed.typeIds?.map(typeOf);
    if (this.#types !== undefined) this.types = [...new Set(this.#types)];
  }

  release(): void {
    freeBytes(this.joined);
  }

  get objects(): readonly StoredObject[] {
    const { fields } = this.#packed;
    this.#objects ??= fields === undefined ? this.#split() : this.#splitWith(splitFields(fields));
    return this.#objects;
  }

  #splitWith(fields: readonly string[]): readonly StoredObject[] {
    let start = 0;
    return splitNumbers(this.#packed.lengths).map((length, index) => {
      const json = this.joined.subarray(start, start + length);
      start += length + 1;
      const [cluster = '', namespace = '', name = '', row = ''] = fields.slice(4 * index, 4 * index + 4);
      const type = this.#types?.[index];
      return {
        cluster,
        namespace,
        name,
        json,
        ...(type === undefined ? {} : { type }),
        ...(row === '' ? {} : { row }),
      };
    });
  }

  #split(): readonly StoredObject[] {
    const decoder = new TextDecoder();
    let start = 0;
    return splitNumbers(this.#packed.lengths).map((length, index) => {
      const json = this.joined.subarray(start, start + length);
      start += length + 1;
      const { metadata } = JSON.parse(decoder.decode(reduceToMetadata(json))) as Envelope;
      const type = this.#types?.[index];
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
