import type { CollectionListOptions, ObjectEvent, PluginLogger, ResourceType } from '@clusterdex/storage-contract';
import type { DecidedChanges, StoredState } from '../decide-changes.js';
import type { SqlDialect } from '../dialect.js';
import type { Sql } from '../sql.js';
import type { Selected } from './selected.js';
import type { Selection } from './selection.js';
import type { WordBackend } from './word-backend.js';

export type Value = string | number | boolean | Uint8Array | null;
export type Row = readonly Value[];
export type Statement = Pick<Sql, 'text' | 'parameters'>;

export interface QueryOptions {
  /** Prepared once for each connection, under this name. */
  readonly name?: string;
  /** When it aborts, the server stops as well. */
  readonly signal?: AbortSignal | undefined;
}

/** One connection. Statements run in the order in which they are sent; one need not be awaited before the next. */
export interface SqlConnection {
  query(statement: Statement, options?: Pick<QueryOptions, 'name'>): Promise<readonly Row[]>;
  /**
   * Within `transaction`, where the driver can: sends the commit behind what was sent, the last thing of the transaction. If a statement before
   * it fails, it rolls back.
   */
  commit?(): Promise<unknown>;
}

/** The connections to a server. Everything rejects with a StorageError. Rows are arrays, integers numbers. */
export interface SqlDatabase {
  query(statement: Statement, options?: QueryOptions): Promise<readonly Row[]>;
  /** Reads that belong together see one state of the database; nothing can be written. */
  snapshot<Result>(work: (connection: SqlConnection) => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  /** All or nothing; from the start again when somebody else was in the way, so `work` may run several times. */
  transaction<Result>(work: (connection: SqlConnection) => Promise<Result>): Promise<Result>;
  /** Throws CLOSED after `close`. */
  refuseClosed(): void;
  /** Lets what runs end, for so long; then cuts it off. */
  close(patienceMilliseconds: number): Promise<void>;
}

/** The objects of one type in one cluster: whoever writes some of them is alone with all of them. */
export interface ChangeScope {
  readonly typeId: number;
  readonly cluster: string;
}

export interface Place {
  readonly namespace: string;
  readonly name: string;
}

/** What a write begins with. */
export interface WriteStart {
  /** What is stored, by `objectKey`. */
  readonly stored: ReadonlyMap<string, StoredState>;
  /** Larger than that of every earlier write of the scope. */
  readonly batchId: number;
}

/**
 * What differs from server to server. The tables are those of SqlDialect, with `objects` (id, object, table_row), `resources` also with
 * metadata_end, digest, label_ids and stamp; `events` (cluster, involved_uid, event_uid, event_key, resource_version, version_number, recorded_at,
 * event), `clusters` (name, inventory), `revision` (revision, trimmed, stamp, field_generation), `field_indexes` (declaration, state),
 * `field_builds` (generation, holder, held_until, progress), `changes` (batch_id, ordinal, object_id, type_id, cluster, deleted,
 * object as it was before) and `change_batches` (revision, count, batch_id): a batch's changes are the `count` revisions up to `revision`.
 *
 * A transaction that changes objects, or rows of Tables, gives a number that nobody else gave to each object that it changed and to the
 * database (`stamp`). So the same stamp means the same content, whatever became of the servers meanwhile; revisions alone would not: a
 * standby that takes over without the last transactions gives them out once more.
 */
export interface SqlBackend {
  /** What the storage is called in messages. */
  readonly name: string;
  readonly database: SqlDatabase;
  readonly dialect: SqlDialect;
  readonly logger: PluginLogger;
  readonly historyChanges: number;
  /** Bytes of objects that are kept in memory; 0 keeps none. */
  readonly objectCacheBytes: number;

  /** Joins `resources r` with one row of another table; where the planner needs it, in this order. */
  readonly join: 'JOIN' | 'STRAIGHT_JOIN';
  isId(column: string, ids: readonly number[]): Sql;
  isText(column: string, texts: readonly string[]): Sql;
  /** Whether a label's id is among those that a query finds: the query first, then the index. */
  isLabel(column: string, labelIds: Sql): Sql;
  /** `resources r`, beginning with the objects that have one of the labels. */
  drivenBy(labelIds: Sql): { readonly from: Sql; readonly where: readonly Sql[] };
  /** Absent where words are not indexed. */
  readonly words?: WordBackend;
  /** `o.object` reduced to its metadata. */
  readonly metadata: Sql;
  startsWith(column: Sql, prefix: string): Sql;
  /** A value of an order's term as text that keeps its digits. */
  asText(expression: Sql): Sql;

  selectPage(options: CollectionListOptions, selection: Selection, request: PageRequest): Promise<Selected>;
  /** The plan of a statement that finds objects, and about how many rows of `resources` it looks at; nothing is run. */
  explain(
    statement: Sql,
    signal?: AbortSignal,
  ): Promise<{ readonly plan: readonly string[]; readonly estimatedObjects?: number }>;
  /** Rows in pieces, within a snapshot. */
  rows(connection: SqlConnection, statement: Sql): AsyncIterable<readonly Row[]>;

  addType(type: ResourceType): Promise<void>;
  /** Adds those that are new; id, name and value of each. */
  addLabels(labels: readonly (readonly [name: string, value: string])[]): Promise<readonly Row[]>;
  /** A number that nobody was given before. */
  nextIdBlock(): Promise<number>;
  /** Waits until nobody else writes in the scope, then reads what is stored at the places. */
  beginWrite(connection: SqlConnection, scope: ChangeScope, places: readonly Place[]): Promise<WriteStart>;
  /**
   * Ends with what gives the changes their revisions; resolves to the last of them, undefined when there is none. Rejects with
   * `staleFieldIndexes()` when the generation of the scope is not that of the database.
   */
  applyChanges(connection: SqlConnection, scope: BatchScope, decided: DecidedChanges): Promise<number | undefined>;
  /** Puts labels in the place of others, within what `beginWrite` began; the object stays as it is, and nobody is told. */
  relabel(connection: SqlConnection, changes: readonly Relabelling[]): Promise<void>;
  /** Each event once, in the order of their uids. `recordedAt` in microseconds since the epoch. */
  recordEvents(cluster: string, events: readonly (ObjectEvent & { readonly recordedAt: number })[]): Promise<void>;
  putInventory(cluster: string, inventory: string): Promise<void>;
  /** Removes changes and batches up to this revision. */
  removeChanges(revision: number): Promise<void>;

  /** A text that the server does not keep: why not; undefined when it does. */
  refuseText?(text: string): string | undefined;
  /** What the server says of a condition, or of a position, that a client wrote, as INVALID; anything else as it is. */
  refusedByClient(error: unknown, options: CollectionListOptions): unknown;
}

export interface BatchScope extends ChangeScope {
  readonly batchId: number;
  readonly stamp: number;
  /** The declared fields by which the changes are kept; absent where they have none. */
  readonly fieldGeneration?: number;
}

/** Ids of labels, ascending, joined by commas. */
export interface Relabelling {
  readonly id: number;
  readonly before: string;
  readonly after: string;
}

export interface PageRequest {
  readonly signal: AbortSignal | undefined;
}
