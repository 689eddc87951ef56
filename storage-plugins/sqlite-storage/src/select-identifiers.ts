import { encodePosition, type SqlValue, staleFieldIndexes } from '@clusterdex/storage-sql';
import type Database from 'better-sqlite3';
import { NumberList } from './number-list.js';
import type { ObjectCache, ReadState } from './object-cache.js';
import type { Selections } from './selections.js';
import type { Statements } from './statements.js';

export interface PlainSql {
  readonly text: string;
  readonly parameters: readonly SqlValue[];
}

/** A search, as data, so that it can run on any thread: which objects, in which order. */
export interface IdentifierQuery {
  /** Selects id and, perhaps, size, in order, at most `limit + 1` of them where there is a limit. */
  readonly select: PlainSql;
  readonly withSizes: boolean;
  readonly limit: number | undefined;
  /** Selects the values of the order's terms for the row with the id that is bound last. */
  readonly position: PlainSql;
  /** Counts what matches from the start of the page on; `subtract` (an offset) is taken off. */
  readonly count: PlainSql | undefined;
  readonly subtract: number;
  /** The declared fields that it goes by, where it goes by any: of other ones it would not find all. */
  readonly fieldGeneration?: number;
  /** What to ask instead where `found` counts no more than `most`. */
  readonly whenFew?: {
    readonly found: PlainSql;
    readonly most: number;
    readonly select: PlainSql;
    readonly count: PlainSql | undefined;
  };
}

export interface IdentifierResult {
  readonly ids: Float64Array;
  /** Bytes of JSON of each object; empty when they were not asked for. */
  readonly sizes: Float64Array;
  readonly revision: string;
  readonly position: string | undefined;
  readonly remaining: number | undefined;
}

const rowsInOneGo = 1000;

/** A page is quicker read at once; a list of everything is not to be in memory as rows. */
function rowsOf<Row>(select: Database.Statement, { limit, select: { parameters } }: IdentifierQuery): Iterable<Row> {
  const inOneGo = limit !== undefined && limit <= rowsInOneGo;
  return (inOneGo ? select.all(...parameters) : select.iterate(...parameters)) as Iterable<Row>;
}

function chooseQuery(statements: Statements, query: IdentifierQuery): IdentifierQuery {
  const { whenFew } = query;
  if (whenFew === undefined) return query;
  const [found] = statements.rows(whenFew.found.text).get(...whenFew.found.parameters) as [number];
  return found > whenFew.most ? query : { ...query, select: whenFew.select, count: whenFew.count };
}

export interface Memory {
  /** Is as new as what is found. */
  readonly cache?: ObjectCache | undefined;
  readonly selections?: Selections;
}

/** One read transaction: ids, position, count and revision belong together. */
export function selectIdentifiers(
  statements: Statements,
  asked: IdentifierQuery,
  { cache, selections }: Memory = {},
): IdentifierResult {
  return statements.inTransaction(() => {
    if (asked.fieldGeneration !== undefined) {
      const generation = statements.values('SELECT field_generation FROM revision').get();
      if (generation !== asked.fieldGeneration) throw staleFieldIndexes();
    }
    const state = statements.readState();
    cache?.follow(state);
    const selectHere = () => select(statements, asked, state);
    return selections === undefined ? selectHere() : selections.selectThrough(asked, state, selectHere);
  });
}

function select(statements: Statements, asked: IdentifierQuery, { revision }: ReadState): IdentifierResult {
  const query = chooseQuery(statements, asked);
  const ids = new NumberList();
  const sizes = new NumberList();
  if (query.withSizes) {
    for (const [id, size] of rowsOf<[number, number]>(statements.rows(query.select.text), query)) {
      ids.push(id);
      sizes.push(size);
    }
  } else {
    for (const id of rowsOf<number>(statements.values(query.select.text), query)) ids.push(id);
  }
  const more = query.limit !== undefined && ids.length > query.limit;
  const length = more ? ids.length - 1 : ids.length;
  const selected = ids.first(length);
  let position: string | undefined;
  if (more) {
    const parameters = [...query.position.parameters, selected.at(-1)];
    position = encodePosition(statements.exactRows(query.position.text).get(...parameters) as SqlValue[]);
  }
  let remaining: number | undefined;
  if (query.count !== undefined) {
    const total = statements.rows(query.count.text).get(...query.count.parameters) as [number];
    remaining = total[0] - query.subtract - length;
  }
  return {
    ids: selected,
    sizes: sizes.first(Math.min(length, sizes.length)),
    revision: String(revision),
    position,
    remaining,
  };
}
