import { type ObjectBatch, type ResourceType, reduceToMetadata, type StoredObject } from '@clusterdex/storage-contract';
import type { StoredDocument } from './document.js';

/** In which form a read wants its objects. */
export interface ReadForm {
  readonly onlyMetadata: boolean;
  /** Whether the answer says the type of each object. */
  readonly collection: boolean;
  readonly rowPrefix: string | undefined;
}

export interface ReadDocument {
  readonly source: StoredDocument;
  readonly events: readonly Uint8Array[] | undefined;
}

const closingBrace = 0x7d;

/** A batch that is taken apart only when somebody asks for single objects. */
export class HitBatch implements ObjectBatch {
  readonly count: number;
  readonly joined?: Uint8Array;
  readonly types?: readonly ResourceType[];
  readonly #documents: readonly ReadDocument[];
  readonly #form: ReadForm;
  #objects: readonly StoredObject[] | undefined;

  constructor(documents: readonly ReadDocument[], form: ReadForm) {
    this.#documents = documents;
    this.#form = form;
    this.count = documents.length;
    if (form.collection) this.types = distinctTypes(documents);
    if (!form.onlyMetadata && documents.every(({ events }) => events === undefined)) {
      this.joined = Buffer.from(documents.map(({ source }) => source.object).join(','));
    }
  }

  get objects(): readonly StoredObject[] {
    if (this.#objects === undefined) {
      let at = 0;
      this.#objects = this.#documents.map((document) => {
        if (this.joined === undefined) return toStoredObject(document, this.#form);
        const start = at;
        at = start + Buffer.byteLength(document.source.object) + 1;
        return toStoredObject(document, this.#form, this.joined.subarray(start, at - 1));
      });
    }
    return this.#objects;
  }
}

export function toStoredObject(
  { source, events }: ReadDocument,
  { onlyMetadata, collection, rowPrefix }: ReadForm,
  bytes?: Uint8Array,
): StoredObject {
  const { cluster, namespace, name, type, metadataEnd } = source.state;
  const row = rowPrefix !== undefined && source.row?.startsWith(rowPrefix) ? source.row : undefined;
  const json = bytes ?? Buffer.from(source.object);
  const isReduced = onlyMetadata && (rowPrefix === undefined || row !== undefined);
  return {
    cluster,
    namespace,
    name,
    json: isReduced ? reduce(json, metadataEnd) : json,
    ...(collection && { type: toType(type) }),
    ...(events && { events }),
    ...(row !== undefined && { row }),
  };
}

function reduce(json: Uint8Array, metadataEnd: number): Uint8Array {
  if (metadataEnd === 0) return reduceToMetadata(json);
  const reduced = new Uint8Array(metadataEnd + 1);
  reduced.set(json.subarray(0, metadataEnd));
  reduced[metadataEnd] = closingBrace;
  return reduced;
}

export const toType = ([
  group,
  version,
  resource,
  kind,
  namespaced,
]: StoredDocument['state']['type']): ResourceType => ({
  group,
  version,
  resource,
  kind,
  namespaced,
});

function distinctTypes(documents: readonly ReadDocument[]): readonly ResourceType[] {
  const types = new Map<string, ResourceType>();
  for (const { source } of documents) {
    const key = source.state.type.slice(0, 3).join('/');
    if (!types.has(key)) types.set(key, toType(source.state.type));
  }
  return [...types.values()];
}
