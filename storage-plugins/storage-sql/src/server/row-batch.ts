import { Buffer } from 'node:buffer';
import {
  clusterNameAnnotation,
  type ObjectBatch,
  type ResourceType,
  reduceToMetadata,
  type StoredObject,
} from '@clusterdex/storage-contract';
import type { Row } from './sql-backend.js';
import { bytesOf, textOf } from './values.js';

interface Envelope {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
}

export interface RowDetails {
  readonly types?: readonly ResourceType[];
  /** By id of the object. */
  readonly events: ReadonlyMap<number, readonly Uint8Array[]> | undefined;
}

/** A batch that is taken apart only when somebody asks for single objects. */
export class RowBatch implements ObjectBatch {
  readonly count: number;
  readonly joined?: Uint8Array;
  readonly #rows: readonly Row[];
  readonly #details: RowDetails;
  #objects: readonly StoredObject[] | undefined;
  readonly types?: readonly ResourceType[];

  constructor(rows: readonly Row[], details: RowDetails) {
    this.#rows = rows;
    this.#details = details;
    this.count = rows.length;
    if (details.types !== undefined) this.types = [...new Set(details.types)];
    if (details.events === undefined) this.joined = join(rows);
  }

  get objects(): readonly StoredObject[] {
    this.#objects ??= this.#rows.map((row, index) => this.#toObject(row, index));
    return this.#objects;
  }

  #toObject(columns: Row, index: number): StoredObject {
    const [id, value, , , , , , row] = columns;
    const json = bytesOf(value ?? null);
    const type = this.#details.types?.[index];
    const events = this.#details.events?.get(Number(id));
    return {
      ...placeOf(columns, json),
      json,
      ...(type && { type }),
      ...(row !== undefined && row !== null && { row: textOf(row) }),
      ...(events && { events }),
    };
  }
}

function join(rows: readonly Row[]): Uint8Array {
  if (rows.every(([, json]) => typeof json === 'string')) return Buffer.from(rows.map(([, json]) => json).join(','));
  const pieces = rows.map(([, json]) => bytesOf(json ?? null));
  const joined = Buffer.allocUnsafe(
    pieces.reduce((sum, { byteLength }) => sum + byteLength + 1, -1) + (rows.length === 0 ? 1 : 0),
  );
  let offset = 0;
  for (const piece of pieces) {
    if (offset > 0) joined[offset++] = 0x2c;
    joined.set(piece, offset);
    offset += piece.byteLength;
  }
  return joined;
}

function placeOf(columns: Row, json: Uint8Array): Pick<StoredObject, 'cluster' | 'namespace' | 'name'> {
  const [, , cluster, namespace, name] = columns;
  if (name !== undefined) {
    return { cluster: textOf(cluster ?? ''), namespace: textOf(namespace ?? ''), name: textOf(name) };
  }
  const { metadata } = JSON.parse(textOf(reduceToMetadata(json))) as Envelope;
  return {
    cluster: metadata.annotations[clusterNameAnnotation] ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
  };
}
