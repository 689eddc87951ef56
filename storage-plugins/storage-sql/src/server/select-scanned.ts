import { type CollectionListOptions, createStorageError, type ResourceType } from '@clusterdex/storage-contract';
import {
  compileFieldRequirement,
  compileFullText,
  compileOrder,
  isOrderKey,
  type OrderKey,
  parseFields,
  type SelectableObject,
} from '@clusterdex/storage-contract/selection';
import { renderOrder } from '../order.js';
import { allOf, type Sql, sql, verbatim } from '../sql.js';
import type { Selected } from './selected.js';
import { positionFrom, type Selection, startCondition, termsAsText } from './selection.js';
import type { Row, SqlBackend, SqlConnection, Value } from './sql-backend.js';
import { bytesOf, textOf } from './values.js';

export interface ScanRequest {
  readonly backend: SqlBackend;
  readonly options: CollectionListOptions;
  /** Conditions that let every object through which the fields select, and perhaps others. */
  readonly selection: Selection;
  /** Of the others it is known that the words are in them. */
  readonly lookInto?: Sql | undefined;
  readonly collection: boolean;
  typeOf(ids: readonly number[]): Promise<(id: number) => ResourceType>;
  /** Throws when the search is to end. */
  check(): void;
}

/** Whether SQL alone cannot answer: fields and words are compared by the reference selection, which sees the candidates one by one. */
export function needsScan({ fieldSelector = [], fullText, orderBy = [] }: CollectionListOptions): boolean {
  return fieldSelector.length > 0 || fullText !== undefined || orderBy.some(({ by }) => 'path' in by);
}

/** Within a snapshot: candidates from a cursor, in one pass. */
export function selectScanned(connection: SqlConnection, request: ScanRequest): Promise<Selected> {
  const ordersByField = (request.options.orderBy ?? []).some(({ by }) => 'path' in by);
  return ordersByField ? sortedByFields(connection, request) : inOrder(connection, request);
}

/** The database has the order: ends as soon as the page is full, unless the rest is to be counted. */
async function inOrder(connection: SqlConnection, request: ScanRequest): Promise<Selected> {
  const { options, selection } = request;
  const { limit = Number.POSITIVE_INFINITY, start, withRemainingCount = false } = options;
  const where = [...selection.where, ...startCondition(request.backend, options, selection.order)];
  const isKnown = request.lookInto !== undefined && (options.fieldSelector ?? []).length === 0;
  const object = isKnown ? sql`CASE WHEN ${request.lookInto} THEN o.object END` : verbatim('o.object');
  const columns = sql`r.id, r.size, r.stamp, ${object}, ${termsAsText(request.backend, selection.order)}`;
  const order = renderOrder(selection.order, request.backend.dialect);
  const state = await readState(connection);
  const rows = candidates(
    connection,
    request,
    sql`SELECT ${columns} FROM ${selection.from} WHERE ${allOf(where)} ORDER BY ${order}`,
  );
  const matches = objectTest(options);
  const looksRight = (json: Value) =>
    matches(
      () => bytesOf(json),
      () => parseFields(textOf(json)),
    );
  let toSkip = start !== undefined && 'offset' in start ? start.offset : 0;
  const found: Found[] = [];
  let following = 0;
  let last: Row | undefined;
  for await (const [id, size, stamp, json, ...terms] of rows) {
    if (json !== null && !looksRight(json ?? '')) continue;
    if (toSkip > 0) toSkip--;
    else if (found.length < limit) {
      found.push({ id: Number(id), size: Number(size), stamp: Number(stamp) });
      last = terms;
    } else {
      following++;
      if (!withRemainingCount) break;
    }
  }
  return {
    ...numbers(found),
    ...state,
    position: following > 0 && last !== undefined ? positionFrom(selection.order, last) : undefined,
    remaining: withRemainingCount ? following - toSkip : undefined,
  };
}

interface Found {
  readonly id: number;
  readonly size: number;
  readonly stamp: number;
}

interface Entry extends Found {
  readonly key: OrderKey;
}

/** The order is the reference's own: keys of all that match, sorted here. */
async function sortedByFields(connection: SqlConnection, request: ScanRequest): Promise<Selected> {
  const { options, selection, collection } = request;
  const { limit = Number.POSITIVE_INFINITY, start, withRemainingCount = false } = options;
  const order = compileOrder(options.orderBy);
  const after =
    start !== undefined && 'after' in start
      ? parsePosition(start.after, order.keyLength + (collection ? 3 : 0))
      : undefined;
  const columns = verbatim(
    `r.id, r.size, o.object, r.cluster, r.namespace, r.name, r.uid, r.resource_version, r.created_at, r.synced_at, r.type_id, r.stamp`,
  );
  const state = await readState(connection);
  const rows = candidates(
    connection,
    request,
    sql`SELECT ${columns} FROM ${selection.from} WHERE ${allOf(selection.where)}`,
  );
  const matches = objectTest(options);
  const entries: Entry[] = [];
  for await (const row of rows) {
    const [id, size] = row as [number, number];
    const object = toSelectable(row);
    if (!matches(() => object.json, object.fields)) continue;
    const typeId = Number(row[10]);
    const type = (await request.typeOf([typeId]))(typeId);
    const key = order.key({ ...object, kind: type.kind }, collection ? type : undefined);
    if (after === undefined || order.compare(key, after) > 0) entries.push({ id, size, stamp: Number(row[11]), key });
  }
  entries.sort((a, b) => order.compare(a.key, b.key));
  const first = start !== undefined && 'offset' in start ? start.offset : 0;
  const page = entries.slice(first, first + limit);
  const last = page.at(-1);
  const following = entries.length - first - page.length;
  return {
    ...numbers(page),
    ...state,
    position: following > 0 && last !== undefined ? formatPosition(last.key) : undefined,
    remaining: withRemainingCount ? following : undefined,
  };
}

/** Object and columns of a row; parsed at most once, and only when somebody asks. */
function toSelectable(row: Row): SelectableObject {
  const [, , json, cluster, namespace, name, uid, resourceVersion, createdAt, syncedAt] = row;
  let fields: unknown;
  return {
    cluster: textOf(cluster ?? ''),
    namespace: textOf(namespace ?? ''),
    name: textOf(name ?? ''),
    uid: textOf(uid ?? ''),
    kind: '',
    resourceVersion: textOf(resourceVersion ?? ''),
    ownerUid: '',
    labels: {},
    createdAt: createdAt === null ? undefined : Number(createdAt),
    syncedAt: Number(syncedAt),
    get json() {
      return bytesOf(json ?? '');
    },
    fields: () => {
      fields ??= parseFields(textOf(json ?? ''));
      return fields;
    },
  };
}

type ObjectTest = (json: () => Uint8Array, fields: () => unknown) => boolean;

function objectTest({ fieldSelector = [], fullText }: CollectionListOptions): ObjectTest {
  const tests = fieldSelector.map(compileFieldRequirement);
  const hasWords = fullText === undefined ? undefined : compileFullText(fullText);
  return (json, fields) => {
    if (hasWords?.(json()) === false) return false;
    if (tests.length === 0) return true;
    const parsed = fields();
    return tests.every((test) => test(parsed));
  };
}

async function readState(connection: SqlConnection): Promise<Pick<Selected, 'revision' | 'stamp' | 'fieldGeneration'>> {
  const [row] = await connection.query(verbatim('SELECT revision, stamp, field_generation FROM revision'));
  return { revision: String(row?.[0]), stamp: Number(row?.[1]), fieldGeneration: Number(row?.[2]) };
}

/** Piece by piece; the event loop gets its turn in between. */
async function* candidates(
  connection: SqlConnection,
  { backend, check }: ScanRequest,
  statement: Sql,
): AsyncGenerator<Row> {
  for await (const rows of backend.rows(connection, statement)) {
    check();
    yield* rows;
  }
}

function numbers(found: readonly Found[]): Pick<Selected, 'ids' | 'sizes' | 'stamps'> {
  return {
    ids: Float64Array.from(found, ({ id }) => id),
    sizes: Float64Array.from(found, ({ size }) => size),
    stamps: Float64Array.from(found, ({ stamp }) => stamp),
  };
}

/** Of an order by fields: begins with a character that no position of an order by columns begins with. */
const formatPosition = (key: OrderKey): string => `.${Buffer.from(JSON.stringify(key)).toString('base64url')}`;

function parsePosition(text: string, length: number): OrderKey {
  let key: unknown;
  try {
    key = text.startsWith('.') ? JSON.parse(Buffer.from(text.slice(1), 'base64url').toString()) : undefined;
  } catch {
    key = undefined;
  }
  if (isOrderKey(key, length)) return key;
  throw createStorageError('INVALID', `expected a position of a list in this order, found '${text.slice(0, 64)}'`);
}
