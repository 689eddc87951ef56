import type { FullTextQuery } from '@clusterdex/storage-contract';
import type { Sql } from '../sql.js';
import type { SqlConnection } from './sql-backend.js';

/**
 * An index of words that a server keeps: which words stand in which objects, not where. It is filled beside the writes; what it does not know yet it
 * gives as a candidate.
 */
export interface WordBackend {
  /** Selects whether it is begun, and how many objects it is behind, counted as far as `most`. */
  state(most: number): Sql;
  /** From the commit of this on, writers say which objects they change. */
  begin(): Promise<void>;
  /** Indexes at most so many objects; false when there is nothing to do, or another process is at it. */
  step(objects: number): Promise<boolean>;
  /** Forgets everything, if it was begun. */
  drop(): Promise<void>;
  /** Within a snapshot: all objects that may match; undefined when there are more than `most`. */
  find(connection: SqlConnection, query: FullTextQuery, most: number): Promise<readonly number[] | undefined>;
  /** `resources r`, beginning with these objects. */
  drivenBy(ids: readonly number[]): Sql;
  /** Whether `resources r` may match, row by row. */
  condition(query: FullTextQuery): Sql;
  /** Whether the index may be wrong about `resources r`. */
  readonly unknown: Sql;
}
