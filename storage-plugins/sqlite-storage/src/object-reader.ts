import type { ObjectBatch, ResourceType, StoredObject } from '@clusterdex/storage-contract';
import type Database from 'better-sqlite3';
import { PackedBatch } from './object-batch.js';

export interface ReadForm {
  readonly onlyMetadata: boolean;
  readonly injectEvents: boolean;
  readonly collection: boolean;
}

const whole = 'o.object';
const metadata = "CAST(substr(CAST(o.object AS BLOB), 1, r.metadata_end) AS TEXT) || '}'";

/** One statement for each form: what is not asked for is not read. */
function packedStatement(database: Database.Database, { onlyMetadata, collection }: ReadForm): Database.Statement {
  const json = onlyMetadata ? metadata : whole;
  const rows =
    onlyMetadata || collection
      ? 'CROSS JOIN resources r ON r.id = j.value CROSS JOIN objects o ON o.id = r.id'
      : 'CROSS JOIN objects o ON o.id = j.value';
  return database
    .prepare(
      `SELECT CAST(group_concat(json, ',') AS BLOB), group_concat(octet_length(json)), ${collection ? 'group_concat(type_id)' : 'NULL'}
       FROM (SELECT ${json} AS json${collection ? ', r.type_id' : ''} FROM json_each(?) j ${rows})`,
    )
    .raw();
}

const eventsOf = `
  SELECT json_group_array(event) FROM (
    SELECT e.event FROM events e WHERE e.cluster = r.cluster AND e.involved_uid = r.uid AND r.uid <> '' ORDER BY CAST(e.resource_version AS INTEGER), e.recorded_at)`;

type Row = [cluster: string, namespace: string, name: string, typeId: number, json: Uint8Array, events: string | null];

/** Reads the bytes of objects whose ids are known. */
export class ObjectReader {
  readonly #database: Database.Database;
  readonly #typeOf: (id: number) => ResourceType;
  readonly #packed = new Map<string, Database.Statement>();
  readonly #rows = new Map<string, Database.Statement>();
  readonly #get: Database.Statement;
  readonly #getWithEvents: Database.Statement;

  constructor(database: Database.Database, typeOf: (id: number) => ResourceType) {
    this.#database = database;
    this.#typeOf = typeOf;
    const key = 'r.type_id = ? AND r.cluster = ? AND r.namespace = ? AND r.name = ?';
    this.#get = database
      .prepare(`SELECT CAST(o.object AS BLOB) FROM resources r CROSS JOIN objects o ON o.id = r.id WHERE ${key}`)
      .pluck();
    this.#getWithEvents = database
      .prepare(
        `SELECT CAST(o.object AS BLOB), (${eventsOf}) FROM resources r CROSS JOIN objects o ON o.id = r.id WHERE ${key}`,
      )
      .raw();
  }

  get(typeId: number, key: readonly [cluster: string, namespace: string, name: string]): Uint8Array | undefined {
    return this.#get.get(typeId, ...key) as Uint8Array | undefined;
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
    const list = `[${ids.join()}]`;
    return form.injectEvents ? this.#readRows(list, form) : this.#readPacked(list, form);
  }

  #readPacked(list: string, form: ReadForm): ObjectBatch {
    const statement = remembered(this.#packed, `${form.onlyMetadata} ${form.collection}`, () =>
      packedStatement(this.#database, form),
    );
    const [joined, lengths, typeIds] = statement.get(list) as [
      Uint8Array | null,
      string | number | null,
      string | number | null,
    ];
    const numbers = (text: string | number | null) => (text === null ? [] : String(text).split(',').map(Number));
    return new PackedBatch({
      joined: joined ?? new Uint8Array(0),
      lengths: numbers(lengths),
      types: form.collection ? numbers(typeIds).map(this.#typeOf) : undefined,
    });
  }

  #readRows(list: string, { onlyMetadata, collection }: ReadForm): ObjectBatch {
    const statement = remembered(this.#rows, `${onlyMetadata}`, () =>
      this.#database
        .prepare(
          `SELECT r.cluster, r.namespace, r.name, r.type_id, CAST(${onlyMetadata ? metadata : whole} AS BLOB), (${eventsOf})
           FROM json_each(?) j CROSS JOIN resources r ON r.id = j.value CROSS JOIN objects o ON o.id = r.id`,
        )
        .raw(),
    );
    const objects = (statement.all(list) as Row[]).map(([cluster, namespace, name, typeId, json, events]) => {
      const object: StoredObject = { cluster, namespace, name, json };
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
