import { type CollectionListOptions, createStorageError, type StorageHost } from '@clusterdex/storage-contract';
import {
  allOf,
  type ChangeScope,
  isOneOf,
  joinSql,
  largestLimit,
  objectKey,
  type Place,
  positionFrom,
  type Row,
  renderOrder,
  type Selected,
  type Selection,
  type Sql,
  type SqlBackend,
  type SqlConnection,
  type StoredState,
  sql,
  startCondition,
  termsAsText,
  textOf,
  verbatim,
  type WriteStart,
} from '@clusterdex/storage-sql';
import { applyChanges, relabel, versionNumber } from './apply-changes.js';
import type { MysqlConfig } from './config.js';
import { explainStatement } from './explain-statement.js';
import { insertRows, rowOf, split } from './insert-rows.js';
import { errorNumber } from './map-error.js';
import type { MysqlConnection, MysqlDatabase } from './mysql-database.js';
import { mysqlDialect } from './mysql-dialect.js';

/** A search that ends early has read little more than it needed; one that goes on asks for ever more at once. */
const firstPiece = 500;
const growth = 8;
const rowsPerPiece = 200;
/** The server looks at each pair of a namespace and a name. */
const manyNamespaces = 16;

/** What MySQL and MariaDB say in their own way. */
export function createMysqlBackend(
  database: MysqlDatabase,
  { historyChanges, objectCacheMegabytes }: Pick<MysqlConfig, 'historyChanges' | 'objectCacheMegabytes'>,
  { logger }: Pick<StorageHost, 'logger'>,
): SqlBackend {
  const write = (statement: Sql) => database.transaction((connection) => connection.query(statement));
  const backend: SqlBackend = {
    name: 'mysql',
    database,
    dialect: mysqlDialect,
    logger,
    historyChanges,
    objectCacheBytes: objectCacheMegabytes * 2 ** 20,
    join: 'STRAIGHT_JOIN',

    isId: (column, ids) => isOneOf(verbatim(column), ids),
    isText: (column, texts) => isOneOf(verbatim(column), texts),
    isLabel: (column, labelIds) => sql`${verbatim(column)} IN (${labelIds})`,
    drivenBy: (labelIds) => ({
      from: sql`(SELECT DISTINCT x.object_id FROM (${labelIds}) l STRAIGHT_JOIN object_labels x ON x.label_id = l.id) d
        STRAIGHT_JOIN resources r ON r.id = d.object_id`,
      where: [],
    }),
    metadata: verbatim("concat(substring(o.object, 1, r.metadata_end), '}')"),
    startsWith(column, prefix) {
      const bytes = Buffer.byteLength(prefix);
      return sql`substring(${column}, 1, ${verbatim(String(bytes))}) = ${prefix}`;
    },
    asText: (expression) => sql`CAST(${expression} AS CHAR)`,

    selectPage: (options, selection, { signal }) =>
      database.snapshot((connection) => selectPage(connection, backend, { options, selection }), signal),
    explain: (statement, signal) =>
      database.snapshot(async (connection) => {
        const plan = await explainStatement(connection, statement);
        const estimates = plan
          .flatMap((line) => /^(?:r|resources): .*about (\d+) rows/.exec(line)?.[1] ?? [])
          .map(Number);
        return { plan, ...(estimates.length > 0 && { estimatedObjects: Math.max(...estimates) }) };
      }, signal),
    rows: (connection, statement) => pieces(connection as MysqlConnection, statement),

    async addType({ group, version, resource, kind, namespaced }) {
      await write(
        sql`INSERT IGNORE INTO types (api_group, version, resource, kind, namespaced)
          VALUES (${group}, ${version}, ${resource}, ${kind}, ${namespaced ? 1 : 0})`,
      );
    },
    async addLabels(labels) {
      await database.transaction((connection) =>
        insertRows(
          connection,
          { table: 'labels', columns: 'name, value', ending: 'ON DUPLICATE KEY UPDATE name = VALUES(name)' },
          labels,
        ),
      );
      const found: Row[] = [];
      for (const some of split(labels)) {
        const pairs = joinSql(some.map(rowOf), ', ');
        found.push(
          ...(await database.query(sql`SELECT id, name, value FROM labels WHERE (name, value) IN (${pairs})`)),
        );
      }
      return found;
    },
    async nextIdBlock() {
      const [row] = await write(verbatim('INSERT INTO object_blocks VALUES ()'));
      return Number(row?.[0]);
    },
    beginWrite,
    applyChanges,
    relabel,
    async recordEvents(cluster, events) {
      await database.transaction((connection) =>
        insertRows(
          connection,
          {
            table: 'events',
            columns:
              'cluster, involved_uid, event_uid, event_key, resource_version, version_number, recorded_at, event',
            ending: `ON DUPLICATE KEY UPDATE event_key = VALUES(event_key), resource_version = VALUES(resource_version),
              version_number = VALUES(version_number), recorded_at = VALUES(recorded_at), event = VALUES(event)`,
          },
          events.map(({ involvedUid, eventUid, key, resourceVersion, recordedAt, json }) => [
            cluster,
            involvedUid,
            eventUid,
            key,
            resourceVersion,
            versionNumber(resourceVersion),
            recordedAt,
            json,
          ]),
        ),
      );
    },
    async putInventory(cluster, inventory) {
      await write(
        sql`INSERT INTO clusters (name, inventory) VALUES (${cluster}, ${inventory})
          ON DUPLICATE KEY UPDATE inventory = VALUES(inventory)`,
      );
    },
    async removeChanges(revision) {
      await write(
        sql`DELETE c FROM change_batches b JOIN changes c ON c.batch_id = b.batch_id WHERE b.revision <= ${revision}`,
      );
      await write(sql`DELETE FROM change_batches WHERE revision <= ${revision}`);
    },
    refusedByClient,
  };
  return backend;
}

/** A list that SQL answers alone, within a snapshot. */
async function selectPage(
  connection: SqlConnection,
  backend: SqlBackend,
  { options, selection }: { options: CollectionListOptions; selection: Selection },
): Promise<Selected> {
  const { limit, start, withRemainingCount } = options;
  const { from, order } = selection;
  const offset = start !== undefined && 'offset' in start ? Math.min(start.offset, largestLimit) : 0;
  const matching = allOf([...selection.where, ...startCondition(backend, options, order)]);
  const [first] = await connection.query(verbatim('SELECT revision, stamp, field_generation FROM revision'));
  const end = limit === undefined ? [] : await endOfPage(connection, selection, { matching, last: offset + limit });
  const where = allOf([matching, ...end]);
  const columns =
    limit === undefined ? verbatim('r.id, r.size') : sql`r.id, r.size, r.stamp, ${termsAsText(backend, order)}`;
  const most = limit === undefined ? largestLimit : Math.min(limit, largestLimit) + 1;
  const found = await connection.query(
    sql`SELECT ${columns} FROM ${from} WHERE ${where} ORDER BY ${renderOrder(order, backend.dialect)}
      LIMIT ${verbatim(String(most))} OFFSET ${verbatim(String(offset))}`,
    { name: 'search' },
  );
  const more = limit !== undefined && found.length > limit;
  const page = more ? found.slice(0, limit) : found;
  const last = page.at(-1);
  const [count] = withRemainingCount ? await connection.query(sql`SELECT count(*) FROM ${from} WHERE ${matching}`) : [];
  return {
    ids: Float64Array.from(page, ([id]) => Number(id)),
    sizes: Float64Array.from(page, ([, size]) => Number(size)),
    // Of a list of everything nothing is kept.
    stamps: limit === undefined ? new Float64Array() : Float64Array.from(page, ([, , stamp]) => Number(stamp)),
    revision: String(first?.[0]),
    stamp: Number(first?.[1]),
    fieldGeneration: Number(first?.[2]),
    position: more && last !== undefined ? positionFrom(order, last.slice(3)) : undefined,
    remaining: withRemainingCount ? Number(count?.[0]) - offset - page.length : undefined,
  };
}

/**
 * The order of a collection ends with columns of the type, for which there is no index: MySQL would sort everything. So the page's last place is looked
 * up first; what is sorted then ends with it.
 */
async function endOfPage(
  connection: SqlConnection,
  { from, order, merged = false }: Selection,
  { matching, last }: { readonly matching: Sql; readonly last: number },
): Promise<readonly Sql[]> {
  if (
    !order
      .map(({ expression }) => expression.text)
      .join()
      .startsWith('r.cluster,r.namespace,r.name,t.')
  )
    return [];
  if (merged || order.some(({ descending }) => descending)) return [];
  const [place] = await connection.query(
    sql`SELECT r.cluster, r.namespace, r.name FROM ${from} WHERE ${matching} ORDER BY r.cluster, r.namespace, r.name
      LIMIT 1 OFFSET ${verbatim(String(last))}`,
  );
  if (place === undefined) return [];
  const [cluster = '', namespace = '', name = ''] = place.map(textOf);
  return [
    sql`(r.cluster < ${cluster} OR (r.cluster = ${cluster} AND (r.namespace < ${namespace}
      OR (r.namespace = ${namespace} AND r.name <= ${name}))))`,
  ];
}

/**
 * MySQL's cursors keep a whole answer aside, and an answer that is not read to its end costs the connection. So what is in an order is asked for piece by
 * piece, each much larger than the one before.
 */
async function* pieces(connection: MysqlConnection, statement: Sql): AsyncGenerator<readonly Row[]> {
  if (!/ ORDER BY /.test(statement.text)) {
    yield* gather(connection.stream(statement));
    return;
  }
  let offset = 0;
  for (let limit = firstPiece; ; limit *= growth) {
    const piece = sql`${statement} LIMIT ${verbatim(String(limit))} OFFSET ${verbatim(String(offset))}`;
    let count = 0;
    const read = limit === firstPiece ? [await connection.query(piece)] : gather(connection.stream(piece));
    for await (const rows of read) {
      count += rows.length;
      if (rows.length > 0) yield rows;
    }
    if (count < limit) return;
    offset += count;
  }
}

async function* gather(rows: AsyncIterable<Row>): AsyncGenerator<readonly Row[]> {
  let piece: Row[] = [];
  for await (const row of rows) {
    piece.push(row);
    if (piece.length < rowsPerPiece) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}

/** The lock is held when the stored state is read: each statement sees what is committed by then. */
async function beginWrite(
  connection: SqlConnection,
  { typeId, cluster }: ChangeScope,
  places: readonly Place[],
): Promise<WriteStart> {
  await connection.query(
    sql`INSERT INTO writers (type_id, cluster) VALUES (${typeId}, ${cluster}) ON DUPLICATE KEY UPDATE cluster = VALUES(cluster)`,
  );
  const stored = new Map<string, StoredState>();
  for (const { namespaces, names } of groups(places)) {
    const inNamespace = isOneOf(verbatim('namespace'), namespaces);
    const called = isOneOf(verbatim('name'), names);
    const rows = await connection.query(
      sql`SELECT id, uid, resource_version, digest, label_ids, namespace, name FROM resources
        WHERE type_id = ${typeId} AND cluster = ${cluster} AND ${inNamespace} AND ${called}`,
    );
    for (const [id, ...texts] of rows) {
      const [uid = '', resourceVersion = '', digest = '', labelIds = '', namespace = '', name = ''] = texts.map(textOf);
      stored.set(objectKey(namespace, name), { id: Number(id), uid, resourceVersion, digest, labelIds });
    }
  }
  return { stored, batchId: 0 };
}

interface PlaceGroup {
  readonly namespaces: readonly string[];
  readonly names: readonly string[];
}

/** A few namespaces are asked for at once, each with all names: what is found besides does no harm. */
function groups(places: readonly Place[]): readonly PlaceGroup[] {
  const byNamespace = new Map<string, string[]>();
  for (const { namespace, name } of places) {
    const names = byNamespace.get(namespace) ?? [];
    names.push(name);
    byNamespace.set(namespace, names);
  }
  if (byNamespace.size > manyNamespaces) {
    return [...byNamespace].map(([namespace, names]) => ({ namespaces: [namespace], names }));
  }
  return [{ namespaces: [...byNamespace.keys()], names: places.map(({ name }) => name) }];
}

/** A fault of the statement itself, not of the server. */
const statementFaults = new Set([1054, 1064, 1109, 1111, 1137, 1241, 1305, 1582, 1630, 1690, 3141, 4038, 4037, 4042]);

function refusedByClient(error: unknown, { rawQuery }: CollectionListOptions): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  if (rawQuery === undefined || !(cause instanceof Error)) return error;
  return statementFaults.has(errorNumber(cause) ?? 0)
    ? createStorageError('INVALID', `MySQL refused the statement: ${cause.message}`, { cause })
    : error;
}
