import {
  type BatchScope,
  type DecidedChange,
  type DecidedChanges,
  type Relabelling,
  type Sql,
  type SqlConnection,
  sql,
  staleFieldIndexes,
} from '@clusterdex/storage-sql';
import { binaryArray, type ElementType } from './binary-array.js';
import { sqlState } from './map-error.js';

type Replacement = DecidedChange & Required<Pick<DecidedChange, 'after'>>;

const largestInteger = 2n ** 63n - 1n;

/**
 * Sends all that the changes need, without waiting in between, and last the step that gives them their revisions: it holds a lock that every
 * writer needs, but only until the commit, which comes next. So revisions become visible in their order. Resolves to the last of them;
 * undefined when there is none.
 */
export async function applyChanges(
  connection: SqlConnection,
  scope: BatchScope,
  { changes, rows }: DecidedChanges,
): Promise<number | undefined> {
  const waves: Numbered[][] = [];
  for (const [ordinal, change] of changes.entries()) {
    waves[change.wave] ??= [];
    waves[change.wave]?.push({ ...change, ordinal });
  }
  const statements: { readonly statement: Sql; readonly name: string }[] = [];
  const add = (name: string, statement: Sql) => statements.push({ name, statement });
  for (const wave of waves) {
    add('log', logStatement(scope, wave));
    const deleted = wave.filter(({ after }) => after === undefined);
    const stored = wave.filter((change): change is Replacement & Numbered => change.after !== undefined);
    const replaced = stored.filter(({ before }) => before !== undefined);
    const created = stored.filter(({ before }) => before === undefined);
    const relabelled = replaced.filter(({ before, after }) => before?.labelIds !== after.labelIds);
    const detached = labelPairs([...deleted, ...relabelled], ({ before }) => before?.labelIds);
    const attached = labelPairs([...created, ...relabelled], ({ after }) => after?.labelIds);
    if (deleted.length > 0) {
      const ids = array('bigint', deleted, ({ id }) => id);
      add('delete', sql`DELETE FROM resources WHERE id = ANY(${ids}::bigint[])`);
      add('delete-object', sql`DELETE FROM objects WHERE id = ANY(${ids}::bigint[])`);
    }
    if (replaced.length > 0) {
      add('update', updateStatement(scope, replaced));
      add(
        'update-object',
        sql`UPDATE objects o SET object = x.object, table_row = x.table_row
          FROM unnest(${ids(replaced)}::bigint[], ${json(replaced)}::text[], ${rowsOf(replaced)}::text[]) x (id, object, table_row) WHERE o.id = x.id`,
      );
    }
    if (created.length > 0) {
      add('insert', insertStatement(scope, created));
      add(
        'insert-object',
        sql`INSERT INTO objects (id, object, table_row)
          SELECT * FROM unnest(${ids(created)}::bigint[], ${json(created)}::text[], ${rowsOf(created)}::text[])`,
      );
    }
    if (detached.length > 0) add('detach', detachStatement(detached));
    if (attached.length > 0) {
      add('attach', sql`INSERT INTO object_labels (label_id, object_id) SELECT * FROM ${pairs(attached)}`);
    }
    const forgotten = wave.filter(({ before, after }) => before !== undefined && before.uid !== after?.object.uid);
    if (forgotten.length > 0) {
      const uids = array('text', forgotten, ({ before }) => before?.uid ?? '');
      add('forget', sql`DELETE FROM events WHERE cluster = ${scope.cluster} AND involved_uid = ANY(${uids}::text[])`);
    }
  }
  if (rows.size > 0) {
    const [of, texts] = [binaryArray('bigint', [...rows.keys()]), binaryArray('text', [...rows.values()])];
    add(
      'rows',
      sql`WITH changed AS (
          UPDATE objects o SET table_row = x.table_row FROM unnest(${of}::bigint[], ${texts}::text[]) x (id, table_row)
          WHERE o.id = x.id AND o.table_row IS DISTINCT FROM x.table_row RETURNING o.id),
        stamped AS (UPDATE resources SET stamp = ${scope.stamp} WHERE id = ANY(ARRAY(SELECT id FROM changed)))
        UPDATE revision SET stamp = ${scope.stamp} WHERE EXISTS (SELECT 1 FROM changed)`,
    );
  }
  if (changes.length > 0) {
    const changed = binaryArray('bigint', [...new Set(changes.map(({ id }) => id))]);
    // An update of nothing locks the row: whoever indexes words passes it over until this is committed.
    add(
      'stale-words',
      sql`INSERT INTO stale_words SELECT x.id FROM unnest(${changed}::bigint[]) x (id)
        WHERE EXISTS (SELECT 1 FROM word_index WHERE backfilled IS NOT NULL)
        ON CONFLICT (id) DO UPDATE SET id = excluded.id`,
    );
  }
  if (changes.length > 0) {
    // A name belongs to one text: a removal has no generation to compare.
    const name = scope.fieldGeneration === undefined ? 'revision' : 'revision-of-fields';
    add(name, revisionStatement(scope, changes.length));
  }
  const sent = statements.map(({ name, statement }) => connection.query(statement, { name }));
  // Without the way there and back, for which every other writer would wait.
  const committed = connection.commit?.();
  try {
    const [answers] = await Promise.all([Promise.all(sent), committed]);
    return changes.length === 0 ? undefined : Number(answers.at(-1)?.[0]?.[0]);
  } catch (error) {
    committed?.catch(() => {});
    throw isNoRevision(error) ? staleFieldIndexes() : error;
  }
}

/**
 * Whatever another writer, or who declares fields, has committed meanwhile is seen. Where the generation is another, there is no revision, which
 * the table does not take: the transaction has failed, and the commit behind it ends it.
 */
const revisionStatement = ({ batchId, stamp, fieldGeneration }: BatchScope, count: number): Sql => {
  const next =
    fieldGeneration === undefined
      ? sql`revision + ${count}`
      : sql`CASE WHEN field_generation = ${fieldGeneration} THEN revision + ${count} END`;
  return sql`WITH next AS (UPDATE revision SET revision = ${next}, stamp = ${stamp} RETURNING revision)
    INSERT INTO change_batches (revision, count, batch_id) SELECT revision, ${count}, ${batchId} FROM next RETURNING revision`;
};

const isNoRevision = (error: unknown): boolean =>
  sqlState(error) === '23502' && error instanceof Error && 'table' in error && error.table === 'revision';

export async function relabel(connection: SqlConnection, changes: readonly Relabelling[]): Promise<void> {
  const [of, after] = [array('bigint', changes, ({ id }) => id), array('text', changes, (change) => change.after)];
  const detached = idPairs(changes, ({ before }) => before);
  const attached = idPairs(changes, (change) => change.after);
  const statements = [
    sql`UPDATE resources r SET label_ids = x.label_ids FROM unnest(${of}::bigint[], ${after}::text[]) x (id, label_ids) WHERE r.id = x.id`,
    ...(detached.length > 0 ? [detachStatement(detached)] : []),
    ...(attached.length > 0
      ? [sql`INSERT INTO object_labels (label_id, object_id) SELECT * FROM ${pairs(attached)}`]
      : []),
  ];
  await Promise.all(statements.map((statement) => connection.query(statement)));
}

type Numbered = DecidedChange & { readonly ordinal: number };

/** Before the objects are changed: it keeps what they were. */
function logStatement({ batchId, typeId, cluster }: BatchScope, changes: readonly Numbered[]): Sql {
  const ordinals = array('integer', changes, ({ ordinal }) => ordinal);
  const deleted = array('boolean', changes, ({ after }) => after === undefined);
  return sql`INSERT INTO changes (batch_id, ordinal, object_id, type_id, cluster, deleted, object)
    SELECT ${batchId}, x.ordinal, x.id, ${typeId}, ${cluster}, x.deleted, o.object
    FROM unnest(${ordinals}::integer[], ${ids(changes)}::bigint[], ${deleted}::boolean[]) x (ordinal, id, deleted)
    LEFT JOIN objects o ON o.id = x.id`;
}

function insertStatement({ typeId, cluster, stamp }: BatchScope, changes: readonly Replacement[]): Sql {
  const namespaces = array('text', changes, ({ after }) => after.object.namespace);
  const names = array('text', changes, ({ after }) => after.object.name);
  return sql`INSERT INTO resources (type_id, cluster, namespace, name, id, uid, owner_uid, resource_version, version_number, created_at,
      synced_at, metadata_end, size, digest, label_ids, stamp)
    SELECT ${typeId}, ${cluster}, x.*, ${stamp} FROM unnest(${namespaces}::text[], ${names}::text[], ${columns(changes)}) x`;
}

function updateStatement({ stamp }: BatchScope, changes: readonly Replacement[]): Sql {
  return sql`UPDATE resources r SET uid = x.uid, owner_uid = x.owner_uid, resource_version = x.resource_version,
      version_number = x.version_number, created_at = x.created_at, synced_at = x.synced_at, metadata_end = x.metadata_end,
      size = x.size, digest = x.digest, label_ids = x.label_ids, stamp = ${stamp}
    FROM unnest(${columns(changes)}) x (id, uid, owner_uid, resource_version, version_number, created_at, synced_at, metadata_end,
      size, digest, label_ids)
    WHERE r.id = x.id`;
}

/** What an insert and an update have in common. */
function columns(changes: readonly Replacement[]): Sql {
  const now = Date.now();
  const of = (type: ElementType, value: (change: Replacement) => string | number | bigint | null) =>
    array(type, changes, value);
  return sql`${ids(changes)}::bigint[], ${of('text', ({ after }) => after.object.uid)}::text[],
    ${of('text', ({ after }) => after.object.ownerUid)}::text[], ${of('text', ({ after }) => after.object.resourceVersion)}::text[],
    ${of('bigint', ({ after }) => versionNumber(after.object.resourceVersion))}::bigint[],
    ${of('bigint', ({ after }) => after.object.createdAt ?? null)}::bigint[], ${of('bigint', () => now)}::bigint[],
    ${of('integer', ({ after }) => after.object.metadataEnd)}::integer[], ${of('integer', ({ after }) => after.object.json.length)}::integer[],
    ${of('bytea', ({ after }) => after.digest)}::bytea[], ${of('text', ({ after }) => after.labelIds)}::text[]`;
}

const ids = (changes: readonly DecidedChange[]): Buffer => array('bigint', changes, ({ id }) => id);
const rowsOf = (changes: readonly Replacement[]): Buffer =>
  array('text', changes, ({ after }) => after.object.row ?? null);
const json = (changes: readonly Replacement[]): Buffer => array('text', changes, ({ after }) => after.object.json);

function array<Item>(
  type: ElementType,
  items: readonly Item[],
  value: (item: Item) => Parameters<typeof binaryArray>[1][number],
): Buffer {
  return binaryArray(type, items.map(value));
}

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

const pairs = (of: readonly LabelPair[]): Sql =>
  sql`unnest(${array('bigint', of, ([label]) => label)}::bigint[], ${array('bigint', of, ([, object]) => object)}::bigint[])`;

const detachStatement = (of: readonly LabelPair[]): Sql =>
  sql`DELETE FROM object_labels d USING ${pairs(of)} x (label_id, object_id) WHERE d.label_id = x.label_id AND d.object_id = x.object_id`;

export function versionNumber(resourceVersion: string): bigint | null {
  if (!/^\d{1,19}$/.test(resourceVersion)) return null;
  const number = BigInt(resourceVersion);
  return number <= largestInteger ? number : null;
}
