import { asciiLower } from '@clusterdex/storage-contract/selection';
import {
  type BatchScope,
  type DecidedChange,
  type DecidedChanges,
  isOneOf,
  joinSql,
  type Relabelling,
  type SqlConnection,
  type SqlValue,
  sql,
  staleFieldIndexes,
  textOf,
  verbatim,
} from '@clusterdex/storage-sql';
import { insertRows, rowOf, split } from './insert-rows.js';

type Numbered = DecidedChange & { readonly ordinal: number };
type Replacement = Numbered & Required<Pick<DecidedChange, 'after'>>;

const largestInteger = 2n ** 63n - 1n;
const columns =
  'id, type_id, cluster, namespace, name, lower_name, uid, owner_uid, resource_version, version_number, created_at, synced_at, metadata_end, size, digest, label_ids, stamp';
const replaced = columns.split(', ').slice(6);

/**
 * Writes all that the changes need, and last the step that gives them their revisions: it holds a lock that every writer needs, but only until the
 * commit, which comes next. So revisions become visible in their order. Resolves to the last of them; undefined when there is none.
 */
export async function applyChanges(
  connection: SqlConnection,
  scope: BatchScope,
  { changes, rows }: DecidedChanges,
): Promise<number | undefined> {
  const batch = changes.length === 0 ? undefined : await createBatch(connection, changes.length);
  const waves: Numbered[][] = [];
  for (const [ordinal, change] of changes.entries()) {
    waves[change.wave] ??= [];
    waves[change.wave]?.push({ ...change, ordinal });
  }
  for (const wave of waves) await applyWave(connection, { ...scope, batchId: batch ?? 0 }, wave);
  await replaceRows(connection, scope, rows);
  if (batch === undefined) return undefined;
  const { fieldGeneration } = scope;
  const current = fieldGeneration === undefined ? verbatim('1 = 1') : sql`field_generation = ${fieldGeneration}`;
  const [answer] = await connection.query(
    sql`UPDATE revision SET revision = last_insert_id(revision + ${changes.length}), stamp = ${scope.stamp} WHERE one = 1 AND ${current}`,
  );
  const revision = Number(answer?.[0]);
  if (revision === 0) throw staleFieldIndexes();
  await connection.query(sql`UPDATE change_batches SET revision = ${revision} WHERE batch_id = ${batch}`);
  return revision;
}

/** Of objects that stay as they are. */
async function replaceRows(
  connection: SqlConnection,
  { stamp }: BatchScope,
  rows: ReadonlyMap<number, string>,
): Promise<void> {
  if (rows.size === 0) return;
  const stored = await connection.query(
    sql`SELECT id, table_row FROM objects WHERE ${isOneOf(verbatim('id'), [...rows.keys()])}`,
  );
  const changed = stored.flatMap(([id, row]) => {
    const wanted = rows.get(Number(id)) ?? '';
    return row === null || row === undefined || textOf(row) !== wanted ? [[Number(id), wanted] as const] : [];
  });
  if (changed.length === 0) return;
  for (const [id, row] of changed) {
    await connection.query(sql`UPDATE objects SET table_row = ${Buffer.from(row)} WHERE id = ${id}`);
  }
  const ids = changed.map(([id]) => id);
  await connection.query(sql`UPDATE resources SET stamp = ${stamp} WHERE ${isOneOf(verbatim('id'), ids)}`);
  await connection.query(sql`UPDATE revision SET stamp = ${stamp} WHERE one = 1`);
}

/** Its number is larger than those of the batches before it of the same scope, which had to end before this could begin. */
async function createBatch(connection: SqlConnection, count: number): Promise<number> {
  const [answer] = await connection.query(sql`INSERT INTO change_batches (revision, count) VALUES (NULL, ${count})`);
  return Number(answer?.[0]);
}

async function applyWave(connection: SqlConnection, scope: BatchScope, wave: readonly Numbered[]): Promise<void> {
  await writeLog(connection, scope, wave);
  const deleted = wave.filter(({ after }) => after === undefined);
  const stored = wave.filter((change): change is Replacement => change.after !== undefined);
  const detached = labelPairs(
    wave.filter(({ before, after }) => before !== undefined && before.labelIds !== after?.labelIds),
    ({ before }) => before?.labelIds,
  );
  const attached = labelPairs(
    stored.filter(({ before, after }) => before?.labelIds !== after.labelIds),
    ({ after }) => after?.labelIds,
  );
  if (deleted.length > 0) {
    const ids = deleted.map(({ id }) => id);
    await connection.query(sql`DELETE FROM resources WHERE ${isOneOf(verbatim('id'), ids)}`);
    await connection.query(sql`DELETE FROM objects WHERE ${isOneOf(verbatim('id'), ids)}`);
  }
  if (stored.length > 0) {
    const now = Date.now();
    await insertRows(
      connection,
      { table: 'resources', columns, ending: onDuplicate(replaced) },
      stored.map((change) => resourceRow(scope, change, now)),
    );
    await insertRows(
      connection,
      { table: 'objects', columns: 'id, object, table_row', ending: onDuplicate(['object', 'table_row']) },
      stored.map(({ id, after: { object } }) => [
        id,
        object.json,
        object.row === undefined ? null : Buffer.from(object.row),
      ]),
    );
  }
  await detach(connection, detached);
  await insertRows(connection, { table: 'object_labels', columns: 'label_id, object_id' }, attached);
  const forgotten = wave.flatMap(({ before, after }) =>
    before !== undefined && before.uid !== after?.object.uid ? [before.uid] : [],
  );
  if (forgotten.length > 0) {
    await connection.query(
      sql`DELETE FROM events WHERE cluster = ${scope.cluster} AND ${isOneOf(verbatim('involved_uid'), forgotten)}`,
    );
  }
}

/** Before the objects are changed: it keeps what they were. */
async function writeLog(
  connection: SqlConnection,
  { batchId, typeId, cluster }: BatchScope,
  changes: readonly Numbered[],
): Promise<void> {
  await insertRows(
    connection,
    { table: 'changes', columns: 'batch_id, ordinal, object_id, type_id, cluster, deleted' },
    changes.map(({ id, ordinal, after }) => [batchId, ordinal, id, typeId, cluster, after === undefined ? 1 : 0]),
  );
  const known = changes.filter(({ before }) => before !== undefined);
  if (known.length === 0) return;
  const ordinals = isOneOf(
    verbatim('c.ordinal'),
    known.map(({ ordinal }) => ordinal),
  );
  await connection.query(
    sql`UPDATE changes c JOIN objects o ON o.id = c.object_id SET c.object = o.object WHERE c.batch_id = ${batchId} AND ${ordinals}`,
  );
}

function resourceRow(
  { typeId, cluster, stamp }: BatchScope,
  { id, after }: Replacement,
  now: number,
): readonly SqlValue[] {
  const { object, digest, labelIds } = after;
  const lower = asciiLower(object.name);
  return [
    id,
    typeId,
    cluster,
    object.namespace,
    object.name,
    lower === object.name ? null : lower,
    object.uid,
    object.ownerUid,
    object.resourceVersion,
    versionNumber(object.resourceVersion),
    object.createdAt ?? null,
    now,
    object.metadataEnd,
    object.json.length,
    digest,
    labelIds,
    stamp,
  ];
}

const onDuplicate = (names: readonly string[]): string =>
  `ON DUPLICATE KEY UPDATE ${names.map((name) => `${name} = VALUES(${name})`).join(', ')}`;

type LabelPair = readonly [labelId: number, objectId: number];

function labelPairs(
  changes: readonly DecidedChange[],
  labelIds: (change: DecidedChange) => string | undefined,
): readonly LabelPair[] {
  return idPairs(changes, labelIds);
}

function idPairs<Change extends { readonly id: number }>(
  changes: readonly Change[],
  labelIds: (change: Change) => string | undefined,
): readonly LabelPair[] {
  return changes.flatMap((change) => {
    const text = labelIds(change);
    return text === undefined || text === '' ? [] : text.split(',').map((id): LabelPair => [Number(id), change.id]);
  });
}

export async function relabel(connection: SqlConnection, changes: readonly Relabelling[]): Promise<void> {
  for (const { id, after } of changes) {
    await connection.query(sql`UPDATE resources SET label_ids = ${after} WHERE id = ${id}`);
  }
  await detach(
    connection,
    idPairs(changes, ({ before }) => before),
  );
  const attached = idPairs(changes, ({ after }) => after);
  await insertRows(connection, { table: 'object_labels', columns: 'label_id, object_id' }, attached);
}

async function detach(connection: SqlConnection, labels: readonly LabelPair[]): Promise<void> {
  for (const some of split(labels)) {
    const pairs = joinSql(some.map(rowOf), ', ');
    await connection.query(sql`DELETE FROM object_labels WHERE (label_id, object_id) IN (${pairs})`);
  }
}

export function versionNumber(resourceVersion: string): bigint | null {
  if (!/^\d{1,19}$/.test(resourceVersion)) return null;
  const number = BigInt(resourceVersion);
  return number <= largestInteger ? number : null;
}
