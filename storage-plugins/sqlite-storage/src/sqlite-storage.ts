import {
  type CollectionListOptions,
  createStorageError,
  type ObjectBatch,
  type ResourceType,
  type StoredObject,
} from '@clusterdex/storage-contract';
import type Database from 'better-sqlite3';
import type { SqliteConfig } from './config.js';
import { identifierQuery } from './identifier-query.js';
import { findLabelDriver } from './label-driver.js';
import { mapError } from './map-error.js';
import { ObjectReader, type ReadForm } from './object-reader.js';
import { openDatabase } from './open-database.js';
import { type IdentifierQuery, type IdentifierResult, selectIdentifiers } from './select-identifiers.js';
import { Statements } from './statements.js';
import { TypesRegistry } from './types-registry.js';
import { WorkerThread } from './worker-thread.js';

/** A batch of a list holds at most this many objects and, beyond the first object, this many bytes. */
const batchObjects = 500;
const batchBytes = 4 * 1024 * 1024;
/** A page of at most this many objects in the default order is read on the calling thread. */
const smallPage = 1000;

export interface ListScope {
  readonly typeIds: readonly number[] | undefined;
  readonly collection: boolean;
}

/**
 * The open database. Reads whose work is bounded run on the calling thread; searches that may look at many objects find the ids on
 * a reader thread, and only the bytes are read here, batch by batch. Writes have a thread of their own.
 */
export class SqliteStorage {
  readonly file: string;
  readonly types: TypesRegistry;
  readonly reader: ObjectReader;
  readonly statements: Statements;
  readonly writer: WorkerThread;
  readonly #readers: readonly WorkerThread[];
  readonly #database: Database.Database;
  #closed = false;

  /** The writer thread creates and migrates the file before anybody else opens it. */
  static async open(config: SqliteConfig): Promise<SqliteStorage> {
    const threads = [new WorkerThread({ mode: 'write', database: config })];
    try {
      await threads[0]?.request('open', undefined);
      for (let count = 0; count < config.readers; count++) {
        threads.push(new WorkerThread({ mode: 'read', database: config }));
      }
      const [writer, ...readers] = threads as [WorkerThread, ...WorkerThread[]];
      await Promise.all(readers.map((reader) => reader.request('open', undefined)));
      return new SqliteStorage(config, writer, readers);
    } catch (error) {
      await Promise.all(threads.map((thread) => thread.close()));
      throw mapError(error, config.file);
    }
  }

  private constructor(config: SqliteConfig, writer: WorkerThread, readers: readonly WorkerThread[]) {
    this.file = config.file;
    this.writer = writer;
    this.#readers = readers;
    this.#database = openDatabase(config, 'read');
    this.statements = new Statements(this.#database);
    this.types = new TypesRegistry(this.#database);
    this.reader = new ObjectReader(this.#database, (id) => this.types.type(id));
  }

  /** Runs a bounded read on the calling thread. */
  read<Result>(work: () => Result): Result {
    this.refuseClosed();
    try {
      return work();
    } catch (error) {
      throw mapError(error, this.file);
    }
  }

  get(type: ResourceType, key: readonly [string, string, string], injectEvents: boolean): StoredObject | undefined {
    return this.read(() => {
      const typeId = this.types.id(type);
      if (typeId === undefined) return undefined;
      if (injectEvents) return this.reader.getWithEvents(typeId, key);
      const json = this.reader.get(typeId, key);
      return json === undefined ? undefined : { cluster: key[0], namespace: key[1], name: key[2], json };
    });
  }

  async *list(options: CollectionListOptions, scope: ListScope, signal?: AbortSignal): AsyncGenerator<ObjectBatch> {
    refuseUnsupported(options);
    this.refuseClosed();
    refuseAborted(signal);
    const found = await this.#find(options, scope, signal);
    const form: ReadForm = {
      onlyMetadata: options.onlyMetadata === true,
      injectEvents: options.injectEvents === true,
      collection: scope.collection,
    };
    let start = 0;
    do {
      const end = batchEnd(found.sizes, start);
      const batch = this.read(() => this.reader.read(found.ids.subarray(start, end), form));
      yield describe(batch, found, { first: start === 0, last: end === found.ids.length });
      refuseAborted(signal);
      start = end;
    } while (start < found.ids.length);
  }

  async shutdown(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all(this.#readers.map((thread) => thread.close()));
    this.#database.close();
    // The last connection to close moves the write-ahead log into the file, which a reader could not do.
    await this.writer.close();
  }

  refuseClosed(): void {
    if (this.#closed) throw createStorageError('CLOSED', 'the sqlite storage is shut down');
  }

  brokenThread(): boolean {
    return [this.writer, ...this.#readers].some((thread) => thread.ended);
  }

  #find(
    options: CollectionListOptions,
    scope: ListScope,
    signal: AbortSignal | undefined,
  ): Promise<IdentifierResult> | IdentifierResult {
    const plan = this.read(() => {
      const driver = findLabelDriver(this.statements, options.labelSelector ?? []);
      const query = identifierQuery(options, { ...scope, driver });
      if (options.rawQuery !== undefined) this.#check(query);
      return { query, bounded: isBounded(options, scope, driver !== undefined) };
    });
    if (plan.bounded) return this.read(() => selectIdentifiers(this.statements, plan.query));
    const reader = this.#readers.reduce((idle, other) => (other.pending < idle.pending ? other : idle));
    return untilAborted(reader.request('select', plan.query), signal);
  }

  /** Compiles a condition that a client wrote, before a thread runs it: what SQLite says of it is the client's to read. */
  #check(query: IdentifierQuery): void {
    try {
      this.statements.rows(query.select.text);
    } catch (error) {
      throw createStorageError(
        'INVALID',
        `SQLite refused the statement: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
}

/** Whether the index gives the page away without looking at many objects that are not in it. */
function isBounded(options: CollectionListOptions, scope: ListScope, driven: boolean): boolean {
  const costly =
    scope.collection ||
    (options.fieldSelector !== undefined && options.fieldSelector.length > 0) ||
    options.owner !== undefined ||
    options.rawQuery !== undefined;
  if (costly) return false;
  if (driven) return true;
  const { clusters, namespaces, names, limit, start } = options;
  const unfiltered =
    names === undefined &&
    options.fuzzyNames === undefined &&
    options.since === undefined &&
    options.before === undefined &&
    (options.labelSelector ?? []).length === 0 &&
    clusters?.notIn === undefined &&
    namespaces?.notIn === undefined;
  const contiguous =
    (clusters?.in === undefined || clusters.in.length === 1) &&
    (namespaces?.in === undefined || (namespaces.in.length === 1 && clusters?.in !== undefined));
  const near = start === undefined || 'after' in start || start.offset <= smallPage;
  return (
    unfiltered &&
    contiguous &&
    near &&
    (options.orderBy ?? []).length === 0 &&
    options.withRemainingCount !== true &&
    limit !== undefined &&
    limit <= smallPage
  );
}

function batchEnd(sizes: Float64Array, start: number): number {
  let bytes = 0;
  let end = start;
  while (end < sizes.length && end - start < batchObjects) {
    bytes += sizes[end] ?? 0;
    if (bytes > batchBytes && end > start) break;
    end++;
  }
  return end;
}

function describe(batch: ObjectBatch, found: IdentifierResult, place: { first: boolean; last: boolean }): ObjectBatch {
  if (!place.first && !place.last) return batch;
  const additions: { revision?: string; continue?: string; remainingItemCount?: number } = {};
  if (place.first) additions.revision = found.revision;
  if (place.last && found.position !== undefined) additions.continue = found.position;
  if (place.last && found.remaining !== undefined) additions.remainingItemCount = found.remaining;
  return Object.assign(batch, additions);
}

function refuseUnsupported(options: CollectionListOptions): void {
  if (options.fullText !== undefined) {
    throw createStorageError(
      'NOT_SUPPORTED',
      "the storage 'sqlite' does not have the capability fullText, which this list asks for",
    );
  }
  const extra = options.extraLabelSelector?.[0];
  if (extra !== undefined) {
    throw createStorageError('NOT_SUPPORTED', `the storage 'sqlite' knows no search label '${extra.key}'`);
  }
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw createStorageError('TIMEOUT', 'the list was aborted', { cause: signal.reason });
}

/** The thread goes on with what it began; the caller does not wait for it. */
async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work;
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(createStorageError('TIMEOUT', 'the list was aborted', { cause: signal.reason }));
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
