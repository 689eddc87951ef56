import type { CollectionListOptions } from '@clusterdex/storage-contract';
import { afterPosition } from '../order.js';
import { decodePosition } from '../position.js';
import { allOf, joinSql, type Sql, sql, verbatim } from '../sql.js';
import type { SqlBackend } from './sql-backend.js';

/** Of so many types at most a page is read for each; beyond, the index over all types is walked. */
const mostTypes = 8;

/**
 * Whether a list over several types is to be merged from the first objects of each: an index has each of these in order, however rare the
 * types are among the others. Not for candidates of which others than the first may be what is wanted.
 */
export function canMerge(
  options: CollectionListOptions,
  typeIds: readonly number[] | undefined,
): typeIds is readonly number[] {
  return (
    typeIds !== undefined &&
    typeIds.length > 1 &&
    typeIds.length <= mostTypes &&
    options.limit !== undefined &&
    options.withRemainingCount !== true &&
    (options.orderBy ?? []).length === 0 &&
    options.owner === undefined &&
    options.rawQuery === undefined
  );
}

const key = ['r.cluster', 'r.namespace', 'r.name'].map((column) => ({
  expression: verbatim(column),
  descending: false,
  nullable: false,
}));
const keyColumns = joinSql(
  key.map(({ expression }) => expression),
  ', ',
);

/** `resources r`, as far as the page needs it. `conditions` are those beside the type's. */
export function mergedTypes(
  { dialect }: SqlBackend,
  { limit = 0, start }: CollectionListOptions,
  { typeIds, conditions }: { readonly typeIds: readonly number[]; readonly conditions: readonly Sql[] },
): Sql {
  const offset = start !== undefined && 'offset' in start ? start.offset : 0;
  // Of each type one object stands at the very position that the page begins behind: it is left out later.
  const most = limit + offset + 2;
  const own = start !== undefined && 'after' in start ? [...conditions, notBefore(start.after, dialect)] : conditions;
  const branches = typeIds.map(
    (typeId) => sql`(SELECT r.id, r.size, r.stamp, r.type_id, r.cluster, r.namespace, r.name FROM resources r
      WHERE ${allOf([sql`r.type_id = ${typeId}`, ...own])} ORDER BY ${keyColumns} LIMIT ${verbatim(String(most))})`,
  );
  return sql`(${joinSql(branches, ' UNION ALL ')}) r`;
}

/** Throws INVALID for a position that was made for another order. */
function notBefore(position: string, dialect: SqlBackend['dialect']): Sql {
  const values = decodePosition(position, 2 * key.length)
    .slice(0, key.length)
    .map((value) => String(value ?? ''));
  if (dialect.comparesColumnByColumn !== true) {
    return sql`(${keyColumns}) >= (${joinSql(
      values.map((value) => sql`${value}`),
      ', ',
    )})`;
  }
  const same = joinSql(
    key.map(({ expression }, index) => sql`${expression} = ${values[index] ?? ''}`),
    ' AND ',
  );
  return sql`(${afterPosition(key, values, dialect)} OR (${same}))`;
}
