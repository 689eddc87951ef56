import type { CollectionListOptions, LabelRequirement } from '@clusterdex/storage-contract';
import {
  afterPosition,
  allOf,
  type CompiledList,
  compileList,
  decodePosition,
  encodePosition,
  joinSql,
  labelIds,
  renderOrder,
  type Sql,
  type SqlOrderTerm,
  type SqlValue,
  sql,
  verbatim,
} from '@clusterdex/storage-sql';
import { postgresDialect } from './postgres-dialect.js';

export interface QueryScope {
  /** undefined: every type. */
  readonly typeIds: readonly number[] | undefined;
  readonly collection: boolean;
  /** Few objects fulfil it: begin with them. */
  readonly driver: LabelRequirement | undefined;
}

/** A list as conditions and order, without where it begins. */
export interface Selection {
  readonly from: Sql;
  readonly where: readonly Sql[];
  readonly order: readonly SqlOrderTerm[];
}

/** PostgreSQL wants a bigint; no table holds this many rows. */
export const largestLimit = 1e15;

const integerColumns = new Set(['r.created_at', 'r.version_number', 'r.synced_at']);

/** `options` without an order by fields. */
export function selectionOf(options: CollectionListOptions, { typeIds, collection, driver }: QueryScope): Selection {
  const compiled = compileList(options, {
    dialect: postgresDialect,
    typeIds,
    collection,
    withoutLabels: driver === undefined ? [] : [driver],
  });
  const where = [...compiled.conditions];
  if (driver !== undefined) where.unshift(drivenBy(driver));
  return { from: verbatim(source(compiled)), where, order: compiled.order };
}

/** As an array, so that the planner begins with it whatever it thinks of the table. */
const drivenBy = (requirement: LabelRequirement): Sql =>
  sql`r.id = ANY(ARRAY(SELECT x.object_id FROM object_labels x WHERE x.label_id IN (${labelIds(requirement, postgresDialect)})))`;

function source({ needsObject, needsType }: CompiledList): string {
  const types = needsType ? ' JOIN types t ON t.id = r.type_id' : '';
  return `resources r${types}${needsObject ? ' JOIN objects o ON o.id = r.id' : ''}`;
}

/** The values of the order's terms as text, from which `readPosition` makes a position. */
export const termsAsText = (order: readonly SqlOrderTerm[]): Sql =>
  joinSql(
    order.map(({ expression }) => sql`${expression}::text`),
    ', ',
  );

export function positionFrom(order: readonly SqlOrderTerm[], values: readonly (string | null)[]): string {
  return encodePosition(
    order.map(({ expression }, index) => {
      const value = values[index] ?? null;
      return value !== null && integerColumns.has(expression.text) ? BigInt(value) : value;
    }),
  );
}

/** The condition for where a page begins. Throws INVALID for a position that was made for another order. */
export function startCondition({ start }: CollectionListOptions, order: readonly SqlOrderTerm[]): Sql[] {
  if (start === undefined || 'offset' in start) return [];
  const values = decodePosition(start.after, order.length).map((value, index): SqlValue => {
    if (value === null) return null;
    const isInteger = integerColumns.has(order[index]?.expression.text ?? '');
    return isInteger ? BigInt(Number.isNaN(Number(value)) ? 0 : String(value)) : String(value);
  });
  return [afterPosition(order, values)];
}

/**
 * One row: revision of the read, ids and sizes in order (one more than the limit when more follow), the order's terms of the last one
 * within the limit, and how many match from the start of the page on.
 */
export function pageQuery(options: CollectionListOptions, { from, where, order }: Selection): Sql {
  const { limit, start, withRemainingCount } = options;
  const offset = start !== undefined && 'offset' in start ? Math.min(start.offset, largestLimit) : 0;
  const conditions = allOf([...where, ...startCondition(options, order)]);
  const most = limit === undefined ? verbatim('') : sql` LIMIT ${Math.min(limit, largestLimit) + 1}`;
  const skip = offset === 0 ? verbatim('') : sql` OFFSET ${offset}`;
  const terms = limit === undefined ? verbatim('NULL') : sql`ARRAY[${termsAsText(order)}]`;
  const last =
    limit === undefined
      ? verbatim('NULL::text')
      : sql`(SELECT to_json(terms)::text FROM page OFFSET ${limit - 1} LIMIT 1)`;
  const count =
    withRemainingCount === true ? sql`(SELECT count(*) FROM ${from} WHERE ${conditions})` : verbatim('NULL::bigint');
  return sql`WITH page AS MATERIALIZED (
      SELECT r.id, r.size, ${terms} AS terms FROM ${from} WHERE ${conditions} ORDER BY ${renderOrder(order, postgresDialect)}${most}${skip})
    SELECT (SELECT revision::text FROM revision), (SELECT array_agg(id) FROM page), (SELECT array_agg(size) FROM page), ${last}, ${count}`;
}

/** `{1,2,3}` */
export function parseNumbers(array: string | null): Float64Array {
  return array === null ? new Float64Array() : Float64Array.from(array.slice(1, -1).split(','), Number);
}
