import type { CollectionListOptions } from '@clusterdex/storage-contract';
import {
  allOf,
  largestLimit,
  positionFrom,
  renderOrder,
  type Selected,
  type Selection,
  type Sql,
  type SqlBackend,
  type SqlConnection,
  sql,
  startCondition,
  termsAsText,
  verbatim,
} from '@clusterdex/storage-sql';

/** A list that SQL answers alone: one statement, so ids, position, count and revision belong together. */
export async function selectPage(
  connection: SqlConnection,
  backend: SqlBackend,
  { options, selection }: { options: CollectionListOptions; selection: Selection },
): Promise<Selected> {
  const [row] = await connection.query(pageQuery(backend, options, selection));
  const [revision, stamp, fieldGeneration, idArray, sizeArray, stampArray, last, count] = row as [
    string,
    number,
    number,
    string | null,
    string | null,
    string | null,
    string | null,
    number | null,
  ];
  const { limit, start } = options;
  const ids = parseNumbers(idArray);
  const more = limit !== undefined && ids.length > limit;
  const length = more ? limit : ids.length;
  const offset = start !== undefined && 'offset' in start ? start.offset : 0;
  return {
    ids: ids.subarray(0, length),
    sizes: parseNumbers(sizeArray).subarray(0, length),
    stamps: parseNumbers(stampArray).subarray(0, length),
    revision,
    stamp,
    fieldGeneration,
    position: more && last !== null ? positionFrom(selection.order, JSON.parse(last)) : undefined,
    remaining: options.withRemainingCount === true ? Number(count) - offset - length : undefined,
  };
}

/**
 * One row: revision of the read, ids, sizes and stamps in order (one more than the limit when more follow), the order's terms of the last one
 * within the limit, and how many match from the start of the page on.
 */
function pageQuery(backend: SqlBackend, options: CollectionListOptions, { from, where, order }: Selection): Sql {
  const { limit, start, withRemainingCount } = options;
  const offset = start !== undefined && 'offset' in start ? Math.min(start.offset, largestLimit) : 0;
  const conditions = allOf([...where, ...startCondition(backend, options, order)]);
  const most = limit === undefined ? verbatim('') : sql` LIMIT ${Math.min(limit, largestLimit) + 1}`;
  const skip = offset === 0 ? verbatim('') : sql` OFFSET ${offset}`;
  const terms = limit === undefined ? verbatim('NULL') : sql`ARRAY[${termsAsText(backend, order)}]`;
  const last =
    limit === undefined
      ? verbatim('NULL::text')
      : sql`(SELECT to_json(terms)::text FROM page OFFSET ${limit - 1} LIMIT 1)`;
  // Of a list of everything nothing is kept.
  const stamps = verbatim(limit === undefined ? 'NULL' : 'array_agg(stamp)');
  const count =
    withRemainingCount === true ? sql`(SELECT count(*) FROM ${from} WHERE ${conditions})` : verbatim('NULL::bigint');
  return sql`WITH page AS MATERIALIZED (
      SELECT r.id, r.size, r.stamp, ${terms} AS terms FROM ${from} WHERE ${conditions} ORDER BY ${renderOrder(order, backend.dialect)}${most}${skip})
    SELECT v.revision::text, v.stamp, v.field_generation, p.ids, p.sizes, p.stamps, ${last}, ${count}
    FROM revision v, (SELECT array_agg(id) AS ids, array_agg(size) AS sizes, ${stamps} AS stamps FROM page) p`;
}

/** `{1,2,3}` */
function parseNumbers(array: string | null): Float64Array {
  return array === null ? new Float64Array() : Float64Array.from(array.slice(1, -1).split(','), Number);
}
