import {
  type CollectionListOptions,
  createStorageError,
  type ObjectBatch,
  type StorageHost,
} from '@clusterdex/storage-contract';
import { sql } from '@clusterdex/storage-sql';
import { batchEnd, pageBytes, pieceBytes } from './batch-end.js';
import { ChangeFeed } from './change-feed.js';
import { ChangeWriter, refuseAborted } from './change-writer.js';
import type { PostgresConfig } from './config.js';
import { HistoryTrimmer } from './history-trimmer.js';
import { LabelDriver } from './label-driver.js';
import { sqlState } from './map-error.js';
import { migrate } from './migrate.js';
import { ObjectReader, type ReadForm } from './object-reader.js';
import { selectionOf } from './page-query.js';
import { PostgresDatabase } from './postgres-database.js';
import { selectPage } from './select-page.js';
import { needsScan, selectScanned } from './select-scanned.js';
import type { Selected } from './selected.js';
import { TypesRegistry } from './types-registry.js';

export interface ListScope {
  readonly typeIds: readonly number[] | undefined;
  readonly collection: boolean;
}

interface Search {
  readonly options: CollectionListOptions;
  readonly scope: () => Promise<ListScope>;
  readonly signal: AbortSignal | undefined;
}

/** How long a shutdown waits for what is in flight. */
const patienceMilliseconds = 5000;

/** A list finds its ids first, at one instant, then reads the bytes batch by batch: no transaction waits for a slow client. */
export class PostgresStorage {
  readonly database: PostgresDatabase;
  readonly types: TypesRegistry;
  readonly reader: ObjectReader;
  readonly writer: ChangeWriter;
  readonly feed: ChangeFeed;
  readonly #labels: LabelDriver;
  readonly #trimmer: HistoryTrimmer;
  #shutdown: Promise<void> | undefined;

  static async open(config: PostgresConfig, host: StorageHost): Promise<PostgresStorage> {
    const database = await PostgresDatabase.open(config, host);
    try {
      await migrate(database, config.schema);
      return new PostgresStorage(database, config, host);
    } catch (error) {
      await database.close(0);
      throw error;
    }
  }

  private constructor(database: PostgresDatabase, config: PostgresConfig, host: StorageHost) {
    this.database = database;
    this.types = new TypesRegistry(database);
    this.reader = new ObjectReader(database, this.types);
    this.feed = new ChangeFeed(database, this.types);
    this.#trimmer = new HistoryTrimmer(database, { keep: config.historyChanges, logger: host.logger });
    this.writer = new ChangeWriter(database, { types: this.types, trimmer: this.#trimmer });
    this.#labels = new LabelDriver(database);
  }

  async *list(search: Search): AsyncGenerator<ObjectBatch> {
    const { options, signal } = search;
    refuseUnsupported(options);
    this.database.refuseClosed();
    refuseAborted(signal, 'the list');
    const scope = await search.scope();
    const form: ReadForm = {
      onlyMetadata: options.onlyMetadata === true,
      injectEvents: options.injectEvents === true,
      collection: scope.collection,
      ...(options.withRows && { rowPrefix: options.withRows.prefix }),
    };
    const found = await this.#find({ options, scope, signal });
    const mostBytes = options.limit === undefined ? pieceBytes : pageBytes;
    let start = 0;
    do {
      const end = batchEnd(found.sizes, start, mostBytes);
      const batch = await this.reader.read(found.ids.subarray(start, end), form);
      refuseAborted(signal, 'the list');
      yield describe(batch, found, { first: start === 0, last: end === found.ids.length });
      refuseAborted(signal, 'the list');
      start = end;
    } while (start < found.ids.length);
  }

  shutdown(): Promise<void> {
    this.#shutdown ??= this.#close();
    return this.#shutdown;
  }

  async #close(): Promise<void> {
    const closed = this.database.close(patienceMilliseconds);
    this.feed.stop();
    await Promise.all([closed, this.#trimmer.idle()]);
  }

  async #find({ options, scope, signal }: Omit<Search, 'scope'> & { scope: ListScope }): Promise<Selected> {
    try {
      const driver = await this.#labels.find(options.labelSelector ?? []);
      const scanned = needsScan(options);
      const orderBy = (options.orderBy ?? []).filter(({ by }) => !scanned || !('path' in by));
      const selection = selectionOf({ ...options, orderBy }, { ...scope, driver });
      if (!scanned && options.rawQuery === undefined) {
        const query: PostgresDatabase['query'] = (statement) => this.database.query(statement, { signal });
        return await selectPage({ query }, options, selection);
      }
      return await this.database.snapshot(
        (connection) =>
          scanned
            ? selectScanned(connection, { options, selection: withObjects(selection), ...this.#scan(scope, signal) })
            : selectPage(connection, options, selection),
        signal,
      );
    } catch (error) {
      refuseAborted(signal, 'the list');
      throw refusedByClient(error, options);
    }
  }

  #scan({ collection }: ListScope, signal: AbortSignal | undefined) {
    return {
      collection,
      typeOf: async (ids: readonly number[]) => {
        await this.types.know(ids);
        return (id: number) => this.types.type(id);
      },
      check: () => {
        this.database.refuseClosed();
        refuseAborted(signal, 'the list');
      },
    };
  }
}

/** A scan by the order of fields looks at objects even where no condition does. */
function withObjects(selection: ReturnType<typeof selectionOf>): ReturnType<typeof selectionOf> {
  if (selection.from.text.includes('objects o')) return selection;
  return { ...selection, from: sql`${selection.from} JOIN objects o ON o.id = r.id` };
}

/** What PostgreSQL says of a condition, or of a position, that a client wrote is the client's to read. */
function refusedByClient(error: unknown, { rawQuery, start }: CollectionListOptions): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  const state = sqlState(cause) ?? '';
  if (!(cause instanceof Error)) return error;
  if (rawQuery !== undefined && /^(?:42|22|25)/.test(state)) {
    return createStorageError('INVALID', `PostgreSQL refused the statement: ${cause.message}`, { cause });
  }
  if (start !== undefined && 'after' in start && state.startsWith('22')) {
    return createStorageError('INVALID', 'expected a position of a list in this order, found another', { cause });
  }
  return error;
}

function describe(batch: ObjectBatch, found: Selected, place: { first: boolean; last: boolean }): ObjectBatch {
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
      "the storage 'postgres' does not have the capability fullText, which this list asks for",
    );
  }
  const extra = options.extraLabelSelector?.[0];
  if (extra !== undefined) {
    throw createStorageError('NOT_SUPPORTED', `the storage 'postgres' knows no search label '${extra.key}'`);
  }
}
