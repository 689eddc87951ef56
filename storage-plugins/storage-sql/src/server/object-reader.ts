import type { ObjectBatch, StoredObject } from '@clusterdex/storage-contract';
import { joinSql, type Sql, sql, verbatim } from '../sql.js';
import { RowBatch } from './row-batch.js';
import type { Row, SqlBackend } from './sql-backend.js';
import type { TypesRegistry } from './types-registry.js';
import { bytesOf } from './values.js';

export interface ReadForm {
  readonly onlyMetadata: boolean;
  readonly injectEvents: boolean;
  readonly collection: boolean;
  /** How the rows begin that objects are to come with, if any. */
  readonly rowPrefix?: string;
}

type Key = readonly [typeId: number, cluster: string, namespace: string, name: string];

/** Reads the bytes of objects whose ids or keys are known. */
export class ObjectReader {
  readonly #backend: SqlBackend;
  readonly #types: TypesRegistry;

  constructor(backend: SqlBackend, types: TypesRegistry) {
    this.#backend = backend;
    this.#types = types;
  }

  async get(key: Key, injectEvents: boolean): Promise<StoredObject | undefined> {
    const [typeId, cluster, namespace, name] = key;
    const [row] = await this.#backend.database.query(
      sql`SELECT o.object, r.id FROM resources r JOIN objects o ON o.id = r.id
        WHERE r.type_id = ${typeId} AND r.cluster = ${cluster} AND r.namespace = ${namespace} AND r.name = ${name}`,
      { name: 'get' },
    );
    if (row === undefined) return undefined;
    const object: StoredObject = { cluster, namespace, name, json: bytesOf(row[0] ?? null) };
    const events = injectEvents ? (await this.#events([Number(row[1])])).get(Number(row[1])) : undefined;
    return events === undefined ? object : { ...object, events };
  }

  /** The objects that still exist, in the order of their ids. */
  async read(ids: Float64Array, form: ReadForm): Promise<ObjectBatch> {
    const wanted = [...ids];
    const [found, events] = await Promise.all([
      wanted.length === 0
        ? []
        : this.#backend.database.query(this.#statement(wanted, form), { name: `read ${describeForm(form)}` }),
      form.injectEvents ? this.#events(wanted) : undefined,
    ]);
    const byId = new Map(found.map((row) => [Number(row[0]), row]));
    const rows = wanted.flatMap((id) => {
      const row = byId.get(id);
      return row === undefined ? [] : [row];
    });
    if (!form.collection) return new RowBatch(rows, { events });
    const typeIds = rows.map((row) => Number(row[5]));
    await this.#types.know(typeIds);
    return new RowBatch(rows, { events, types: typeIds.map((id) => this.#types.type(id)) });
  }

  /** Those that still exist, by id: each with the version of which it is, and with its type. */
  async readEach(
    ids: Float64Array,
    form: ReadForm,
  ): Promise<ReadonlyMap<number, { readonly stamp: number; readonly object: StoredObject }>> {
    const full = { ...form, collection: true };
    const rows = await this.#backend.database.query(this.#statement([...ids], full), {
      name: `read ${describeForm(full)}`,
    });
    const types = rows.map((row) => Number(row[5]));
    await this.#types.know(types);
    const batch = new RowBatch(rows, { events: new Map(), types: types.map((id) => this.#types.type(id)) });
    return new Map(
      batch.objects.map((object, index) => [Number(rows[index]?.[0]), { stamp: Number(rows[index]?.[6]), object }]),
    );
  }

  /** Id and object; where more is asked for also cluster, namespace, name, type, stamp and row. One that comes without the row comes whole. */
  #statement(ids: readonly number[], { onlyMetadata, injectEvents, collection, rowPrefix }: ReadForm): Sql {
    const { metadata, startsWith, isId } = this.#backend;
    const selected = isId('o.id', ids);
    if (!onlyMetadata && !injectEvents && !collection && rowPrefix === undefined) {
      return sql`SELECT o.id, o.object FROM objects o WHERE ${selected}`;
    }
    const hasRow = startsWith(verbatim('o.table_row'), rowPrefix ?? '');
    let json = onlyMetadata ? metadata : verbatim('o.object');
    if (onlyMetadata && rowPrefix !== undefined) json = sql`CASE WHEN ${hasRow} THEN ${json} ELSE o.object END`;
    const columns = [verbatim('o.id'), json, verbatim('r.cluster, r.namespace, r.name, r.type_id, r.stamp')];
    if (rowPrefix !== undefined) columns.push(sql`CASE WHEN ${hasRow} THEN o.table_row END`);
    return sql`SELECT ${joinSql(columns, ', ')} FROM objects o JOIN resources r ON r.id = o.id WHERE ${selected}`;
  }

  /** By id of the object, newest last. */
  async #events(ids: readonly number[]): Promise<ReadonlyMap<number, readonly Uint8Array[]>> {
    const events = new Map<number, Uint8Array[]>();
    if (ids.length === 0) return events;
    const rows: readonly Row[] = await this.#backend.database.query(
      sql`SELECT r.id, e.event FROM resources r JOIN events e ON e.cluster = r.cluster AND e.involved_uid = r.uid
        WHERE r.uid <> '' AND ${this.#backend.isId('r.id', ids)} ORDER BY r.id, coalesce(e.version_number, -1), e.recorded_at`,
    );
    for (const [id, event] of rows) {
      const known = events.get(Number(id)) ?? [];
      known.push(bytesOf(event ?? null));
      events.set(Number(id), known);
    }
    return events;
  }
}

const describeForm = ({ onlyMetadata, injectEvents, collection, rowPrefix }: ReadForm): string =>
  [onlyMetadata && 'metadata', (injectEvents || collection) && 'place', rowPrefix !== undefined && 'rows']
    .filter(Boolean)
    .join(' ');
