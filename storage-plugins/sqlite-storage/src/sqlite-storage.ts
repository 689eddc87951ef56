import {
  type CollectionListOptions,
  createStorageError,
  type Explanation,
  type ObjectBatch,
  type OrderTerm,
  type ResourceType,
  type StorageSchema,
  type StoredObject,
} from '@clusterdex/storage-contract';
import {
  batchEnd,
  describeBatch,
  explainConditions,
  type IndexedSearch,
  isStaleFieldIndexes,
  pageBytes,
  refuseUnsupported,
  useFieldIndexes,
} from '@clusterdex/storage-sql';
import type Database from 'better-sqlite3';
import { ChangeFeed } from './change-feed.js';
import type { SqliteConfig } from './config.js';
import { FieldIndexes } from './field-indexes.js';
import { foundSchema } from './found-schema.js';
import { identifierQuery, type QueryScope } from './identifier-query.js';
import { type LabelDriver, LabelDrivers } from './label-driver.js';
import { mapError } from './map-error.js';
import { canMerge, type KnownType } from './merge-types.js';
import { PackedBatch } from './object-batch.js';
import { type ObjectKey, ObjectKeys } from './object-keys.js';
import { ObjectReader, type ReadForm } from './object-reader.js';
import { openDatabase } from './open-database.js';
import { createPageCaches, type PageCaches, type PageForm, pageFormOf } from './page-cache.js';
import { type Page, PageReader } from './page-reader.js';
import { migrations } from './schema.js';
import { type IdentifierQuery, type IdentifierResult, selectIdentifiers } from './select-identifiers.js';
import { Selections } from './selections.js';
import { Statements } from './statements.js';
import { TypesRegistry } from './types-registry.js';
import { WordIndex } from './word-index.js';
import { WorkerThread } from './worker-thread.js';

/** So few objects are read on the calling thread: the way to another one and back would take longer. */
const handful = 50;
/** A page beyond so many objects may take a while: the thread that reads pages is not to wait for it. */
const smallPage = 1000;

/** How often a search begins again because the declared fields change. */
const attempts = 10;

/** Enough for connections that come by each page once: a cache would hold what is not asked for again. */
const passingCacheMegabytes = 4;

interface Threads {
  readonly writer: WorkerThread;
  readonly pages: WorkerThread;
  readonly scans: readonly WorkerThread[];
  readonly found: number | undefined;
}

export interface ListScope {
  readonly typeIds: readonly number[] | undefined;
  readonly collection: boolean;
  /** Read before the types were, if a type may appear that is not among them: objects of it come behind this revision. */
  readonly revision?: string;
}

/**
 * The open database. Gets and lists of a handful run on the calling thread. Pages have a thread, scans have one or more, writes have one.
 * A list finds its ids first, then reads the bytes batch by batch; they come from the thread in one piece that is not copied.
 */
export class SqliteStorage {
  readonly file: string;
  readonly schema: StorageSchema;
  readonly types: TypesRegistry;
  readonly reader: ObjectReader;
  readonly statements: Statements;
  readonly writer: WorkerThread;
  readonly feed: ChangeFeed;
  readonly words: WordIndex;
  readonly fields: FieldIndexes;
  /** Reads pages that the index gives away; never waits behind a scan. */
  readonly #pages: WorkerThread;
  readonly #scans: readonly WorkerThread[];
  readonly #database: Database.Database;
  readonly #objects: Database.Database;
  readonly #caches: PageCaches;
  readonly #pageReader: PageReader;
  readonly #selections = new Selections();
  readonly #keys: ObjectKeys;
  readonly #labelDrivers: LabelDrivers;
  #closed = false;

  /** The writer thread creates and migrates the file before anybody else opens it. */
  static async open(config: SqliteConfig): Promise<SqliteStorage> {
    const found = foundSchema(config.file);
    const threads = [new WorkerThread({ mode: 'write', database: config })];
    try {
      await threads[0]?.request('open', undefined);
      if (config.fieldIndexes !== undefined) await threads[0]?.request('declareFields', config.fieldIndexes);
      for (let count = 0; count < 1 + config.readers; count++) {
        threads.push(new WorkerThread({ mode: 'read', database: passing(config) }));
      }
      const [writer, pages, ...scans] = threads as [WorkerThread, WorkerThread, ...WorkerThread[]];
      await Promise.all([pages, ...scans].map((reader) => reader.request('open', undefined)));
      if (!config.fullTextIndex) await writer.request('dropWords', undefined);
      return new SqliteStorage(config, { writer, pages, scans, found });
    } catch (error) {
      await Promise.all(threads.map((thread) => thread.close()));
      throw mapError(error, config.file);
    }
  }

  private constructor(config: SqliteConfig, threads: Threads) {
    this.file = config.file;
    this.schema = {
      version: migrations.length,
      ...(threads.found === undefined ? {} : { found: threads.found }),
    };
    this.writer = threads.writer;
    this.#pages = threads.pages;
    this.#scans = threads.scans;
    this.#database = openDatabase(config, 'read');
    this.#objects = openDatabase(passing(config), 'read');
    this.statements = new Statements(this.#database);
    this.types = new TypesRegistry(this.#database);
    this.#labelDrivers = new LabelDrivers(this.statements);
    this.feed = new ChangeFeed(this.#database);
    this.words = new WordIndex(this.statements, this.writer, config.fullTextIndex);
    this.fields = new FieldIndexes(this.statements, this.writer);
    this.reader = new ObjectReader({ database: this.#database, objects: this.#objects }, (id) => this.types.type(id));
    this.#caches = createPageCaches(this.statements, config.objectCacheMegabytes * 2 ** 20);
    this.#keys = new ObjectKeys(
      { statements: this.statements, cache: this.#caches.whole, reader: this.reader },
      (work) => this.read(work),
    );
    this.#pageReader = new PageReader(this.#pages, this.#caches, this.types);
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

  async get(type: ResourceType, key: ObjectKey, injectEvents: boolean): Promise<StoredObject | undefined> {
    const typeId = this.read(() => this.types.id(type));
    if (typeId === undefined) return undefined;
    if (injectEvents) return this.read(() => this.reader.getWithEvents(typeId, key));
    return this.#keys.get(typeId, key);
  }

  async *list(options: CollectionListOptions, scope: ListScope, signal?: AbortSignal): AsyncGenerator<ObjectBatch> {
    refuseUnsupported(options, 'sqlite');
    this.refuseClosed();
    refuseAborted(signal);
    const form: ReadForm = {
      onlyMetadata: options.onlyMetadata === true,
      injectEvents: options.injectEvents === true,
      collection: scope.collection,
      ...(options.withRows && { rowPrefix: options.withRows.prefix }),
    };
    const { found, read } = await this.#find({ options, scope, form, signal });
    const described = { ...found, revision: scope.revision ?? found.revision };
    let start = 0;
    do {
      const { batch, taken } = await read(start);
      const end = start + taken;
      yield describeBatch(batch, described, { first: start === 0, last: end === found.ids.length });
      refuseAborted(signal);
      start = end;
    } while (start < found.ids.length);
  }

  async shutdown(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.feed.stop();
    this.words.stop();
    this.fields.stop();
    await Promise.all([this.#pages, ...this.#scans].map((thread) => thread.close()));
    this.#database.close();
    this.#objects.close();
    // The last connection to close moves the write-ahead log into the file, which a reader could not do.
    await this.writer.close();
  }

  /** Something was written by this process. */
  wake(): void {
    this.feed.wake();
    this.words.wake();
  }

  refuseClosed(): void {
    if (this.#closed) throw createStorageError('CLOSED', 'the sqlite storage is shut down');
  }

  brokenThread(): boolean {
    return [this.writer, this.#pages, ...this.#scans].some((thread) => thread.ended);
  }

  async explain(options: CollectionListOptions, scope: ListScope): Promise<Explanation> {
    refuseUnsupported(options, 'sqlite');
    return this.read(() => {
      const { options: stored, indexed } = this.#indexed(options, scope);
      const driver = this.#labelDrivers.find(stored.labelSelector ?? []);
      const merged = driver === undefined && scope.collection ? this.#mergedTypes(stored, scope) : undefined;
      const { objects } = estimate(stored, { ...scope, merged, driver });
      const words = stored.fullText === undefined ? undefined : this.words.plan(stored.fullText);
      const query = identifierQuery(stored, { ...scope, driver, merged, words, withSizes: true });
      if (options.rawQuery !== undefined) this.#check(query);
      const { text, parameters } = query.whenFew?.select ?? query.select;
      const rows = this.statements.rows(`EXPLAIN QUERY PLAN ${text}`).all(...parameters) as PlanRow[];
      const plan = planLines(rows);
      const byFields = (options.orderBy ?? []).some(({ by }) => 'path' in by);
      const sorts = plan.some((line) => line.includes('TEMP B-TREE'));
      return {
        conditions: explainConditions(options, { indexed, words: words?.usesIndex === true ? 'index' : 'scan' }),
        order: byFields
          ? 'by a field: every object that is found is read, then sorted'
          : sorts
            ? 'what is found is sorted'
            : 'the order of an index',
        ...(Number.isFinite(objects) && { estimatedObjects: objects }),
        plan,
      };
    });
  }

  /** The search in terms of the fields that are declared now. */
  #indexed(options: CollectionListOptions, { typeIds }: ListScope): IndexedSearch & { readonly generation?: number } {
    // Which fields are declared is asked where it matters alone.
    if ((options.fieldSelector ?? []).length === 0) return useFieldIndexes(options, [], undefined);
    return this.fields.use(
      options,
      typeIds?.map((id) => this.types.type(id)),
    );
  }

  async #find(search: Search): Promise<Found> {
    for (let attempt = 1; ; attempt++) {
      const { options, indexed, generation } = this.read(() => this.#indexed(search.options, search.scope));
      try {
        return await this.#findBy({ ...search, options }, indexed.length === 0 ? undefined : generation);
      } catch (error) {
        if (!isStaleFieldIndexes(error) || attempt === attempts) throw error;
      }
    }
  }

  async #findBy(search: Search, fieldGeneration: number | undefined): Promise<Found> {
    const { options, scope, form } = search;
    const plan = this.read(() => {
      const driver = this.#labelDrivers.find(options.labelSelector ?? []);
      const merged = driver === undefined && scope.collection ? this.#mergedTypes(options, scope) : undefined;
      const { objects } = estimate(options, { ...scope, merged, driver });
      const isPage = objects > handful && objects <= smallPage;
      const page = isPage ? pageFormOf(form) : undefined;
      const words = options.fullText === undefined ? undefined : this.words.plan(options.fullText);
      const compiled = identifierQuery(options, { ...scope, driver, merged, words, withSizes: page === undefined });
      const query = fieldGeneration === undefined ? compiled : { ...compiled, fieldGeneration };
      if (options.rawQuery !== undefined) this.#check(query);
      return { query, objects, isPage, page };
    });
    if (plan.objects <= handful) return this.#findHere(search, plan.query);
    if (plan.page !== undefined) return this.#findPage(search, plan.query, plan.page);
    return this.#findThere(search, plan.query, plan.isPage ? this.#pages : idlest(this.#scans));
  }

  /** What a client wrote in SQL may find something else each time. */
  #remembered({ rawQuery }: CollectionListOptions): { readonly selections?: Selections } {
    return rawQuery === undefined ? { selections: this.#selections } : {};
  }

  #findHere({ options, form }: Search, query: IdentifierQuery): Found {
    const page = pageFormOf(form);
    const cache = page && this.#caches[page.kind];
    const found = this.read(() => selectIdentifiers(this.statements, query, { cache, ...this.#remembered(options) }));
    return {
      found,
      read: async (start) => {
        const end = batchEnd(found.sizes, start, mostBytes(options));
        const ids = found.ids.subarray(start, end);
        const read = () => this.read(() => this.reader.read(ids, form));
        return { batch: cache?.readThrough(ids, page?.rowPrefix, read) ?? read(), taken: end - start };
      },
    };
  }

  /** The ids come from the index alone, which takes no time worth a thread; the objects perhaps from the cache. */
  #findPage({ options, signal }: Search, query: IdentifierQuery, form: PageForm): Found {
    const found = this.read(() =>
      selectIdentifiers(this.statements, query, { cache: this.#caches[form.kind], ...this.#remembered(options) }),
    );
    return {
      found,
      read: (start) => {
        this.refuseClosed();
        return untilAborted(this.#pageReader.read(found.ids.subarray(start), form, mostBytes(options)), signal);
      },
    };
  }

  async #findThere({ options, form, signal }: Search, query: IdentifierQuery, thread: WorkerThread): Promise<Found> {
    const typeOf = (id: number) => this.types.type(id);
    // Events come as single objects, which do not cross threads well.
    const packed = form.injectEvents ? undefined : form;
    const { found, first } = await untilAborted(
      thread.request('select', { query, form: packed, mostBytes: mostBytes(options) }),
      signal,
    );
    return {
      found,
      read: async (start) => {
        this.refuseClosed();
        const end = batchEnd(found.sizes, start, mostBytes(options));
        const ids = found.ids.slice(start, end);
        const taken = end - start;
        if (packed === undefined) return { batch: this.read(() => this.reader.read(ids, form)), taken };
        const objects =
          start === 0 && first !== undefined
            ? first
            : await untilAborted(thread.request('read', { ids, form: packed }), signal);
        return { batch: new PackedBatch(objects, typeOf), taken };
      },
    };
  }

  #mergedTypes(options: CollectionListOptions, { typeIds }: ListScope): readonly KnownType[] | undefined {
    const wanted = typeIds === undefined ? undefined : new Set(typeIds);
    const types = [...this.types.all()].flatMap(([id, type]) => (wanted?.has(id) === false ? [] : { id, type }));
    return canMerge(options, types) ? types : undefined;
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

function passing(config: SqliteConfig): SqliteConfig {
  return { ...config, cacheMegabytes: Math.min(config.cacheMegabytes, passingCacheMegabytes) };
}

type PlanRow = readonly [id: number, parent: number, unused: number, detail: string];

/** Indented by what belongs to what. */
function planLines(rows: readonly PlanRow[]): readonly string[] {
  const depths = new Map([[0, -1]]);
  return rows.map(([id, parent, , detail]) => {
    const depth = (depths.get(parent) ?? -1) + 1;
    depths.set(id, depth);
    return `${'  '.repeat(depth)}${detail}`;
  });
}

interface Search {
  readonly options: CollectionListOptions;
  readonly scope: ListScope;
  readonly form: ReadForm;
  readonly signal: AbortSignal | undefined;
}

interface Found {
  readonly found: IdentifierResult;
  /** Reads the batch that begins with the id at `start`. */
  read(start: number): Promise<Page>;
}

/** Of a list of everything, what was sent waits for the garbage collector: the smaller a piece, the less of it. */
const pieceBytes = 512 * 1024;

const mostBytes = ({ limit }: CollectionListOptions) => (limit === undefined ? pieceBytes : pageBytes);

const idlest = (threads: readonly WorkerThread[]) =>
  threads.reduce((idle, other) => (other.pending < idle.pending ? other : idle));

/** How many objects have to be looked at, when the index tells; any number otherwise. */
function estimate(
  options: CollectionListOptions,
  { collection, merged, driver }: Pick<QueryScope, 'collection' | 'merged'> & { driver: LabelDriver | undefined },
): { objects: number } {
  const { clusters, namespaces, names, limit, start } = options;
  const costly =
    (collection && merged === undefined) ||
    (options.fieldSelector ?? []).length > 0 ||
    options.fullText !== undefined ||
    options.owner !== undefined ||
    options.rawQuery !== undefined;
  if (costly) return { objects: Number.POSITIVE_INFINITY };
  if (driver !== undefined) return { objects: driver.objects };
  const unfiltered =
    names === undefined &&
    options.fuzzyNames === undefined &&
    options.since === undefined &&
    options.before === undefined &&
    (options.labelSelector ?? []).length === 0 &&
    clusters?.notIn === undefined &&
    namespaces?.notIn === undefined;
  const oneCluster = clusters?.in?.length === 1;
  const oneNamespace = namespaces?.in?.length === 1;
  const inKeyOrder =
    (clusters?.in === undefined || oneCluster) &&
    (namespaces?.in === undefined || (oneNamespace && oneCluster)) &&
    (options.orderBy ?? []).length === 0;
  const inNameOrder = oneNamespace && clusters?.in === undefined && isNameOrder(options.orderBy ?? []);
  if (!unfiltered || !(inKeyOrder || inNameOrder) || options.withRemainingCount === true || limit === undefined) {
    return { objects: Number.POSITIVE_INFINITY };
  }
  return { objects: limit + (start !== undefined && 'offset' in start ? start.offset : 0) };
}

function isNameOrder([first, ...others]: readonly OrderTerm[]): boolean {
  return (
    others.length === 0 &&
    first !== undefined &&
    'column' in first.by &&
    first.by.column === 'name' &&
    !first.descending
  );
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
