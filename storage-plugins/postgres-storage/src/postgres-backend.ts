import { type CollectionListOptions, createStorageError, type StorageHost } from '@clusterdex/storage-contract';
import {
  type ChangeScope,
  objectKey,
  type Place,
  type Row,
  type Sql,
  type SqlBackend,
  type SqlConnection,
  sql,
  verbatim,
  type WriteStart,
} from '@clusterdex/storage-sql';
import { applyChanges, relabel, versionNumber } from './apply-changes.js';
import { binaryArray } from './binary-array.js';
import type { PostgresConfig } from './config.js';
import { sqlState } from './map-error.js';
import type { PostgresDatabase } from './postgres-database.js';
import { postgresDialect } from './postgres-dialect.js';
import { createPostgresWords } from './postgres-words.js';
import { selectPage } from './select-page.js';

/** How many rows of a cursor come at once. */
const rowsPerFetch = 200;

/** What PostgreSQL says in its own way. */
export function createPostgresBackend(
  database: PostgresDatabase,
  {
    historyChanges,
    objectCacheMegabytes,
    fullTextIndex,
  }: Pick<PostgresConfig, 'historyChanges' | 'objectCacheMegabytes' | 'fullTextIndex'>,
  { logger }: Pick<StorageHost, 'logger'>,
): SqlBackend {
  const write = (statement: Sql, name?: string) =>
    database.transaction((connection) => connection.query(statement, name === undefined ? {} : { name }));
  const backend: SqlBackend = {
    name: 'postgres',
    database,
    dialect: postgresDialect,
    logger,
    historyChanges,
    objectCacheBytes: objectCacheMegabytes * 2 ** 20,
    join: 'JOIN',

    isId: (column, ids) => sql`${verbatim(column)} = ANY(${binaryArray('bigint', ids)}::bigint[])`,
    isText: (column, texts) => sql`${verbatim(column)} = ANY(${binaryArray('text', texts)}::text[])`,
    // As arrays, so that the planner begins with them whatever it thinks of the tables.
    isLabel: (column, labelIds) => sql`${verbatim(column)} = ANY(ARRAY(${labelIds}))`,
    // OFFSET keeps the planner from thinking again: without statistics it would rather look at every object of the type.
    drivenBy: (labelIds) => ({
      from: sql`(SELECT * FROM resources WHERE id = ANY(ARRAY(
        SELECT x.object_id FROM object_labels x WHERE x.label_id IN (${labelIds}))) OFFSET 0) r`,
      where: [],
    }),
    ...(fullTextIndex && { words: createPostgresWords(database) }),
    metadata: verbatim(
      "convert_from(substring(convert_to(o.object, 'UTF8') FROM 1 FOR r.metadata_end), 'UTF8') || '}'",
    ),
    startsWith: (column, prefix) => sql`starts_with(${column}, ${prefix})`,
    asText: (expression) => sql`${expression}::text`,

    selectPage(options, selection, { signal }) {
      if (options.rawQuery !== undefined) {
        // What a client wrote may call functions: nothing can be written.
        return database.snapshot((connection) => selectPage(connection, backend, { options, selection }), signal);
      }
      const query: SqlConnection['query'] = (statement) => database.query(statement, { signal });
      return selectPage({ query }, backend, { options, selection });
    },
    async explain(statement, signal) {
      const lines = await database.query(sql`EXPLAIN ${statement}`, { signal });
      const plan = lines.map(([line]) => String(line));
      const estimates = plan.flatMap((line) => / on resources\b.* rows=(\d+)/.exec(line)?.[1] ?? []).map(Number);
      return { plan, ...(estimates.length > 0 && { estimatedObjects: Math.max(...estimates) }) };
    },
    rows: fetchRows,

    async addType({ group, version, resource, kind, namespaced }) {
      await write(
        sql`INSERT INTO types (api_group, version, resource, kind, namespaced)
          VALUES (${group}, ${version}, ${resource}, ${kind}, ${String(namespaced)}::boolean) ON CONFLICT DO NOTHING`,
      );
    },
    addLabels(labels) {
      const names = binaryArray(
        'text',
        labels.map(([name]) => name),
      );
      const values = binaryArray(
        'text',
        labels.map(([, value]) => value),
      );
      const given = sql`unnest(${names}::text[], ${values}::text[]) x (name, value)`;
      return database.transaction(async (connection) => {
        const inserted = connection.query(
          sql`INSERT INTO labels (name, value) SELECT name, value FROM ${given} ON CONFLICT DO NOTHING`,
        );
        const found = connection.query(
          sql`SELECT l.id, l.name, l.value FROM ${given} CROSS JOIN LATERAL (
              SELECT * FROM labels s WHERE s.name = x.name AND s.value = x.value LIMIT 1) l`,
        );
        return (await Promise.all([found, inserted]))[0];
      });
    },
    async nextIdBlock() {
      const [row] = await database.query(verbatim("SELECT nextval('object_blocks')"));
      return Number(row?.[0]);
    },
    beginWrite,
    applyChanges,
    relabel,
    async recordEvents(cluster, events) {
      const text = (value: (event: (typeof events)[number]) => string | Uint8Array) =>
        sql`${binaryArray('text', events.map(value))}::text[]`;
      const number = (value: (event: (typeof events)[number]) => number | bigint | null) =>
        sql`${binaryArray('bigint', events.map(value))}::bigint[]`;
      await write(
        sql`INSERT INTO events (cluster, involved_uid, event_uid, event_key, resource_version, version_number, recorded_at, event)
          SELECT ${cluster}, x.* FROM unnest(${text((event) => event.involvedUid)}, ${text((event) => event.eventUid)},
            ${text((event) => event.key)}, ${text((event) => event.resourceVersion)},
            ${number((event) => versionNumber(event.resourceVersion))}, ${number((event) => event.recordedAt)},
            ${text((event) => event.json)}) x
          ON CONFLICT (cluster, involved_uid, event_uid) DO UPDATE SET event_key = excluded.event_key,
            resource_version = excluded.resource_version, version_number = excluded.version_number,
            recorded_at = excluded.recorded_at, event = excluded.event`,
        'events',
      );
    },
    async putInventory(cluster, inventory) {
      await write(
        sql`INSERT INTO clusters (name, inventory) VALUES (${cluster}, ${inventory})
          ON CONFLICT (name) DO UPDATE SET inventory = excluded.inventory`,
      );
    },
    async removeChanges(revision) {
      await write(
        sql`DELETE FROM changes c USING change_batches b WHERE b.revision <= ${revision} AND c.batch_id = b.batch_id`,
      );
      await write(sql`DELETE FROM change_batches WHERE revision <= ${revision}`);
    },

    refuseText: (text) => (text.includes('\0') ? 'contains NUL, which PostgreSQL cannot store' : undefined),
    refusedByClient,
  };
  return backend;
}

async function* fetchRows(connection: SqlConnection, statement: Sql): AsyncGenerator<readonly Row[]> {
  await connection.query(sql`DECLARE candidates NO SCROLL CURSOR FOR ${statement}`);
  const fetch = () => connection.query(verbatim(`FETCH ${rowsPerFetch} FROM candidates`));
  // The next rows are on their way while these are looked at.
  let next = fetch();
  for (;;) {
    const rows = await next;
    if (rows.length === 0) return;
    next = fetch();
    next.catch(() => {});
    yield rows;
  }
}

/** Statements run in their order, each on the state that those before it left: the lock is held when the stored state is read. */
async function beginWrite(
  connection: SqlConnection,
  { typeId, cluster }: ChangeScope,
  places: readonly Place[],
): Promise<WriteStart> {
  const locked = connection.query(sql`SELECT pg_advisory_xact_lock(${typeId}::integer, hashtext(${cluster}))`, {
    name: 'lock',
  });
  const batch = connection.query(verbatim("SELECT nextval('change_batch_ids')"));
  const namespaces = binaryArray(
    'text',
    places.map(({ namespace }) => namespace),
  );
  const names = binaryArray(
    'text',
    places.map(({ name }) => name),
  );
  const states = connection.query(
    // One look-up for each, whatever the planner thinks of a table that nobody has analysed yet.
    sql`SELECT r.id, r.uid, r.resource_version, encode(r.digest, 'hex'), r.label_ids, x.namespace, x.name
      FROM unnest(${namespaces}::text[], ${names}::text[]) x (namespace, name) CROSS JOIN LATERAL (
        SELECT * FROM resources s WHERE s.type_id = ${typeId} AND s.cluster = ${cluster} AND s.namespace = x.namespace AND s.name = x.name
        LIMIT 1) r`,
    { name: 'states' },
  );
  const [rows, [row]] = await Promise.all([states, batch, locked]);
  const stored = new Map(
    (rows as [number, string, string, string, string, string, string][]).map(
      ([id, uid, resourceVersion, digest, labelIds, namespace, name]) => [
        objectKey(namespace, name),
        { id, uid, resourceVersion, digest, labelIds },
      ],
    ),
  );
  return { stored, batchId: Number(row?.[0]) };
}

function refusedByClient(error: unknown, { rawQuery, start }: CollectionListOptions): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  const state = sqlState(cause) ?? '';
  if (!(cause instanceof Error)) return error;
  if (rawQuery !== undefined && /^(?:42|22|25)/.test(state)) {
    return createStorageError('INVALID', `PostgreSQL refused the statement: ${cause.message}`, { cause });
  }
  if (start !== undefined && 'after' in start && state.startsWith('22')) {
    return createStorageError('INVALID', 'expected a position of a list in this order, found another', { cause });
  }
  return error;
}
