import {
  clusterNameAnnotation,
  type ObjectBatch,
  type ResourceType,
  reduceToMetadata,
  type StoredObject,
} from '@clusterdex/storage-contract';
import { type Sql, sql, verbatim } from '@clusterdex/storage-sql';
import { binaryArray } from './binary-array.js';
import type { PostgresDatabase, Row } from './postgres-database.js';
import type { TypesRegistry } from './types-registry.js';

export interface ReadForm {
  readonly onlyMetadata: boolean;
  readonly injectEvents: boolean;
  readonly collection: boolean;
  /** How the rows begin that objects are to come with, if any. */
  readonly rowPrefix?: string;
}

type Key = readonly [typeId: number, cluster: string, namespace: string, name: string];

const metadata = "convert_from(substring(convert_to(o.object, 'UTF8') FROM 1 FOR r.metadata_end), 'UTF8') || '}'";
const eventsOf = `SELECT json_agg(e.event ORDER BY e.version_number NULLS FIRST, e.recorded_at)::text FROM events e
  WHERE e.cluster = r.cluster AND e.involved_uid = r.uid AND r.uid <> ''`;

/** Reads the bytes of objects whose ids or keys are known. */
export class ObjectReader {
  readonly #database: PostgresDatabase;
  readonly #types: TypesRegistry;

  constructor(database: PostgresDatabase, types: TypesRegistry) {
    this.#database = database;
    this.#types = types;
  }

  async get(key: Key, injectEvents: boolean): Promise<StoredObject | undefined> {
    const [typeId, cluster, namespace, name] = key;
    const columns = verbatim(injectEvents ? `o.object, (${eventsOf})` : 'o.object');
    const [row] = await this.#database.query(
      sql`SELECT ${columns} FROM resources r JOIN objects o ON o.id = r.id
        WHERE r.type_id = ${typeId} AND r.cluster = ${cluster} AND r.namespace = ${namespace} AND r.name = ${name}`,
      { name: injectEvents ? 'get-with-events' : 'get' },
    );
    if (row === undefined) return undefined;
    return withEvents({ cluster, namespace, name, json: bytesOf(row[0]) }, row[1]);
  }

  /** The objects that still exist, in the order of their ids. */
  async read(ids: Float64Array, form: ReadForm): Promise<ObjectBatch> {
    const rows = await this.#database.query(readStatement(ids, form), { name: `read ${describeForm(form)}` });
    if (!form.collection) return new RowBatch(rows, undefined);
    await this.#types.know(rows.map((row) => Number(row[column.typeId])));
    return new RowBatch(
      rows,
      rows.map((row) => this.#types.type(Number(row[column.typeId]))),
    );
  }
}

const describeForm = ({ onlyMetadata, injectEvents, collection, rowPrefix }: ReadForm): string =>
  [onlyMetadata && 'metadata', injectEvents && 'events', collection && 'types', rowPrefix !== undefined && 'rows']
    .filter(Boolean)
    .join(' ');

/** Of a row that readStatement selects; only the first is there in the plainest form. */
const column = { json: 0, cluster: 1, namespace: 2, name: 3, typeId: 4, events: 5, row: 6 } as const;

/** An object that comes without the row that was asked for comes whole. */
function readStatement(ids: Float64Array, form: ReadForm): Sql {
  const { onlyMetadata, injectEvents, collection, rowPrefix } = form;
  const from = sql`FROM unnest(${binaryArray('bigint', [...ids])}::bigint[]) WITH ORDINALITY x (id, place)`;
  const end = verbatim('JOIN objects o ON o.id = x.id ORDER BY x.place');
  if (!onlyMetadata && !injectEvents && !collection && rowPrefix === undefined)
    return sql`SELECT o.object ${from} ${end}`;
  const hasRow = sql`starts_with(o.row, ${rowPrefix ?? ''})`;
  let json = verbatim(onlyMetadata ? metadata : 'o.object');
  if (onlyMetadata && rowPrefix !== undefined) json = sql`CASE WHEN ${hasRow} THEN ${json} ELSE o.object END`;
  const events = verbatim(injectEvents ? `(${eventsOf})` : 'NULL');
  const row = rowPrefix === undefined ? verbatim('NULL') : sql`CASE WHEN ${hasRow} THEN o.row END`;
  return sql`SELECT ${json}, r.cluster, r.namespace, r.name, r.type_id, ${events}, ${row}
    ${from} JOIN resources r ON r.id = x.id ${end}`;
}

const bytesOf = (value: unknown): Buffer => Buffer.from(String(value));

interface Envelope {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations: Readonly<Record<string, string>>;
  };
}

/** A batch that is taken apart only when somebody asks for single objects. */
class RowBatch implements ObjectBatch {
  readonly count: number;
  readonly types?: readonly ResourceType[];
  readonly joined?: Uint8Array;
  readonly #rows: readonly Row[];
  readonly #types: readonly ResourceType[] | undefined;
  #objects: readonly StoredObject[] | undefined;

  constructor(rows: readonly Row[], types: readonly ResourceType[] | undefined) {
    this.#rows = rows;
    this.#types = types;
    this.count = rows.length;
    if (types !== undefined) this.types = [...new Set(types)];
    const plain = rows.every((row) => (row[column.events] ?? row[column.row] ?? null) === null);
    if (plain) this.joined = bytesOf(rows.map((row) => row[column.json]).join(','));
  }

  get objects(): readonly StoredObject[] {
    this.#objects ??= this.#rows.map((row, index) => toObject(row, this.#types?.[index]));
    return this.#objects;
  }
}

function toObject(columns: Row, type: ResourceType | undefined): StoredObject {
  const json = bytesOf(columns[column.json]);
  const row = columns[column.row];
  const object = { ...placeOf(columns, json), json, ...(type && { type }), ...(typeof row === 'string' && { row }) };
  return withEvents(object, columns[column.events]);
}

function placeOf(columns: Row, json: Uint8Array): Pick<StoredObject, 'cluster' | 'namespace' | 'name'> {
  const [, cluster, namespace, name] = columns;
  if (typeof name === 'string') return { cluster: String(cluster), namespace: String(namespace), name };
  const { metadata } = JSON.parse(Buffer.from(reduceToMetadata(json)).toString()) as Envelope;
  return {
    cluster: metadata.annotations[clusterNameAnnotation] ?? '',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
  };
}

function withEvents(object: StoredObject, events: unknown): StoredObject {
  if (typeof events !== 'string') return object;
  const texts = JSON.parse(events) as string[];
  return texts.length === 0 ? object : { ...object, events: texts.map((text) => Buffer.from(text)) };
}
