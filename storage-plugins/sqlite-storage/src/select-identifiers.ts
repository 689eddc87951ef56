import { encodePosition, type SqlValue } from '@clusterdex/storage-sql';
import type { Statements } from './statements.js';

export interface PlainSql {
  readonly text: string;
  readonly parameters: readonly SqlValue[];
}

/** A search, as data, so that it can run on any thread: which objects, in which order. */
export interface IdentifierQuery {
  /** Selects id and size, in order, at most `limit + 1` of them where there is a limit. */
  readonly select: PlainSql;
  readonly limit: number | undefined;
  /** Selects the values of the order's terms for the row with the id that is bound last. */
  readonly position: PlainSql;
  /** Counts what matches from the start of the page on; `subtract` (an offset) is taken off. */
  readonly count: PlainSql | undefined;
  readonly subtract: number;
}

export interface IdentifierResult {
  readonly ids: Float64Array;
  /** Bytes of JSON of each object. */
  readonly sizes: Float64Array;
  readonly revision: string;
  readonly position: string | undefined;
  readonly remaining: number | undefined;
}

/** One read transaction: ids, position, count and revision belong together. */
export function selectIdentifiers(statements: Statements, query: IdentifierQuery): IdentifierResult {
  return statements.inTransaction(() => {
    const revision = statements.revision();
    const rows = statements.rows(query.select.text).all(...query.select.parameters) as [number, number][];
    const more = query.limit !== undefined && rows.length > query.limit;
    if (more) rows.length = query.limit;
    const last = rows.at(-1);
    let position: string | undefined;
    if (more && last !== undefined) {
      const values = statements.exactRows(query.position.text).get(...query.position.parameters, last[0]) as SqlValue[];
      position = encodePosition(values);
    }
    let remaining: number | undefined;
    if (query.count !== undefined) {
      const total = statements.rows(query.count.text).get(...query.count.parameters) as [number];
      remaining = total[0] - query.subtract - rows.length;
    }
    return {
      ids: Float64Array.from(rows, (row) => row[0]),
      sizes: Float64Array.from(rows, (row) => row[1]),
      revision,
      position,
      remaining,
    };
  });
}
