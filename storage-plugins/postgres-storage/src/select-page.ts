import type { CollectionListOptions } from '@clusterdex/storage-contract';
import { pageQuery, parseNumbers, positionFrom, type Selection } from './page-query.js';
import type { PostgresConnection } from './postgres-database.js';
import type { Selected } from './selected.js';

/** A list that SQL answers alone: one statement, so ids, position, count and revision belong together. */
export async function selectPage(
  connection: PostgresConnection,
  options: CollectionListOptions,
  selection: Selection,
): Promise<Selected> {
  const [row] = await connection.query(pageQuery(options, selection));
  const [revision, idArray, sizeArray, last, count] = row as [
    string,
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
    revision,
    position: more && last !== null ? positionFrom(selection.order, JSON.parse(last)) : undefined,
    remaining: options.withRemainingCount === true ? Number(count) - offset - length : undefined,
  };
}
