import type { ObjectBatch, ResourceType, StoredObject } from '@clusterdex/storage-contract';
import type Database from 'better-sqlite3';
import { PackedBatch } from './object-batch.js';
import { objectMetadata, type PackedForm, PackedReader, wholeObject } from './packed-reader.js';
import { jsonBesideRow, RowReader, requestedRow } from './row-reader.js';

export interface ReadForm extends PackedForm {
  readonly injectEvents: boolean;
}

const eventsOf = `
  SELECT json_group_array(event) FROM (
    SELECT e.event FROM events e WHERE e.cluster = r.cluster AND e.involved_uid = r.uid AND r.uid <> '' ORDER BY CAST(e.resource_version AS INTEGER), e.recorded_at)`;

type Row = [
  cluster: string,
  namespace: string,
  name: string,
  typeId: number,
  json: Uint8Array,
  events: string | null,
  row: string | null,
];

/** Reads the bytes of objects whose ids are known. */
export class ObjectReader {
  readonly #objects: Database.Database;
  readonly #typeOf: (id: number) => ResourceType;
  readonly #packed: PackedReader;
  readonly #rowReader: RowReader;
  readonly #each = new Map<string, Database.Statement>();
  readonly #get: Database.Statement;
  readonly #getWithEvents: Database.Statement;

  /** Two connections: what is read by id goes through `objects`, so that it does not displace the index from the other's cache. */
  constructor(
    { database, objects }: { readonly database: Database.Database; readonly objects: Database.Database },
    typeOf: (id: number) => ResourceType,
  ) {
    this.#objects = objects;
    this.#typeOf = typeOf;
    this.#packed = new PackedReader(objects);
    this.#rowReader = new RowReader(objects);
    const key = 'r.type_id = ? AND r.cluster = ? AND r.namespace = ? AND r.name = ?';
    this.#get = database
      .prepare(`SELECT r.id, CAST(o.object AS BLOB) FROM resources r CROSS JOIN objects o ON o.id = r.id WHERE ${key}`)
      .raw();
    this.#getWithEvents = database
      .prepare(
        `SELECT CAST(o.object AS BLOB), (${eventsOf}) FROM resources r CROSS JOIN objects o ON o.id = r.id WHERE ${key}`,
      )
      .raw();
  }

  get(
    typeId: number,
    key: readonly [cluster: string, namespace: string, name: string],
  ): { readonly id: number; readonly json: Uint8Array } | undefined {
    const row = this.#get.get(typeId, ...key) as [number, Uint8Array] | undefined;
    return row && { id: row[0], json: row[1] };
  }

  getWithEvents(
    typeId: number,
    key: readonly [cluster: string, namespace: string, name: string],
  ): StoredObject | undefined {
    const row = this.#getWithEvents.get(typeId, ...key) as [Uint8Array, string] | undefined;
    if (row === undefined) return undefined;
    return withEvents({ cluster: key[0], namespace: key[1], name: key[2], json: row[0] }, row[1]);
  }

  /** The objects that still exist, in the order of their ids. */
  read(ids: Float64Array, form: ReadForm): ObjectBatch {
    if (form.injectEvents) return this.#readEach(ids, form);
    const { rowPrefix } = form;
    const packed = rowPrefix === undefined ? this.#packed.read(ids, form) : this.#rowReader.read(ids, form, rowPrefix);
    return new PackedBatch(packed, this.#typeOf);
  }

  #readEach(ids: Float64Array, { onlyMetadata, collection, rowPrefix }: ReadForm): ObjectBatch {
    const hasRows = rowPrefix !== undefined;
    const reduced = onlyMetadata ? objectMetadata : wholeObject;
    const statement = remembered(this.#each, `${onlyMetadata} ${hasRows}`, () =>
      this.#objects
        .prepare(
          `SELECT r.cluster, r.namespace, r.name, r.type_id, CAST(${hasRows ? jsonBesideRow(onlyMetadata) : reduced} AS BLOB),
             (${eventsOf}), ${hasRows ? requestedRow : 'NULL'}
           FROM json_each(@ids) j CROSS JOIN resources r ON r.id = j.value CROSS JOIN objects o ON o.id = r.id`,
        )
        .raw(),
    );
    const rows = statement.all({ ids: `[${ids.join()}]`, ...(hasRows && { prefix: rowPrefix }) }) as Row[];
    const objects = rows.map(([cluster, namespace, name, typeId, json, events, row]) => {
      const object: StoredObject = { cluster, namespace, name, json, ...(row !== null && { row }) };
      return withEvents(collection ? { ...object, type: this.#typeOf(typeId) } : object, events);
    });
    const types = new Set(objects.flatMap(({ type }) => type ?? []));
    return { objects, count: objects.length, ...(collection ? { types: [...types] } : {}) };
  }
}

function withEvents(object: StoredObject, events: string | null): StoredObject {
  const texts = events === null ? [] : (JSON.parse(events) as string[]);
  return texts.length === 0 ? object : { ...object, events: texts.map((text) => Buffer.from(text)) };
}

function remembered<Value>(values: Map<string, Value>, key: string, make: () => Value): Value {
  let value = values.get(key);
  if (value === undefined) {
    value = make();
    values.set(key, value);
  }
  return value;
}
