import {
  type CollectionListOptions,
  createStorageError,
  type Explanation,
  type ObjectBatch,
} from '@clusterdex/storage-contract';
import { batchEnd, pageBytes } from '../batch-end.js';
import { describeBatch } from '../describe-batch.js';
import { explainConditions, type IndexedSearch, useFieldIndexes } from '../field-index/index.js';
import { renderOrder } from '../order.js';
import { refuseUnsupported } from '../refuse-unsupported.js';
import { allOf, sql, verbatim } from '../sql.js';
import { ChangeFeed } from './change-feed.js';
import { ChangeWriter, refuseAborted } from './change-writer.js';
import { type DatabaseState, StateReader } from './database-state.js';
import { FieldIndexBuilder } from './field-index-builder.js';
import { FieldIndexes, readyDeclarations } from './field-indexes.js';
import { HistoryTrimmer } from './history-trimmer.js';
import { LabelDriver } from './label-driver.js';
import { LabelIds } from './label-ids.js';
import { ObjectReader, type ReadForm } from './object-reader.js';
import { PageCache, pageKey } from './page-cache.js';
import { PageReader } from './page-reader.js';
import { needsScan, selectScanned } from './select-scanned.js';
import type { Selected } from './selected.js';
import { largestLimit, type Selection, selectionOf, startCondition } from './selection.js';
import type { SqlBackend, SqlConnection } from './sql-backend.js';
import { TypesRegistry } from './types-registry.js';
import { untilAborted } from './until-aborted.js';
import { WordIndex } from './word-index.js';

export interface ListScope {
  readonly typeIds: readonly number[] | undefined;
  readonly collection: boolean;
  /** Read before the types were, if a type may appear that is not among them: objects of it come behind this revision. */
  readonly state?: DatabaseState;
}

interface Search {
  readonly options: CollectionListOptions;
  readonly scope: () => Promise<ListScope>;
  readonly signal: AbortSignal | undefined;
}

/** Of a list of everything, what was sent waits for the garbage collector: the smaller a piece, the less of it. */
const pieceBytes = 1024 * 1024;

/** Ids of pages take a hundredth of what their objects take, and there are many pages of the same objects. */
const pagesShare = 1 / 8;

/** How often a search begins again because the declared fields change. */
const attempts = 10;

/** How long a shutdown waits for what is in flight. */
const patienceMilliseconds = 5000;

/** A list finds its ids first, at one instant, then reads the bytes batch by batch: no transaction waits for a slow client. */
export class ServerStorage {
  readonly backend: SqlBackend;
  readonly types: TypesRegistry;
  readonly reader: ObjectReader;
  readonly writer: ChangeWriter;
  readonly feed: ChangeFeed;
  readonly state: StateReader;
  readonly words: WordIndex;
  readonly fields: FieldIndexes;
  readonly #builder: FieldIndexBuilder;
  readonly #labels: LabelDriver;
  readonly #trimmer: HistoryTrimmer;
  readonly #pages: PageCache;
  readonly #pageReader: PageReader;
  /** Of the database, as it was seen last. */
  #stamp: number | undefined;
  #shutdown: Promise<void> | undefined;

  /** The schema is up to date. */
  constructor(backend: SqlBackend) {
    this.backend = backend;
    this.types = new TypesRegistry(backend);
    this.reader = new ObjectReader(backend, this.types);
    this.feed = new ChangeFeed(backend, this.types);
    this.#trimmer = new HistoryTrimmer(backend);
    this.fields = new FieldIndexes(backend);
    const labels = new LabelIds(backend);
    const { types, fields } = this;
    this.#builder = new FieldIndexBuilder(backend, { types, fields, labels });
    this.writer = new ChangeWriter(backend, { types, trimmer: this.#trimmer, fields, labels });
    this.#labels = new LabelDriver(backend);
    this.words = new WordIndex(backend);
    this.state = new StateReader(backend.database);
    this.#pages = new PageCache(backend.objectCacheBytes * pagesShare);
    this.#pageReader = new PageReader(this.reader, backend.objectCacheBytes);
  }

  /** Before anything else: makes the declared fields these, where the config names any, and begins to build what is not built. */
  async open(declarations: readonly string[] | undefined): Promise<this> {
    if (declarations !== undefined) await this.fields.declare(declarations);
    this.#builder.start();
    return this;
  }

  async *list(search: Search): AsyncGenerator<ObjectBatch> {
    const { options, signal } = search;
    refuseUnsupported(options, this.backend.name);
    this.backend.database.refuseClosed();
    refuseAborted(signal, 'the list');
    const scope = await search.scope();
    const form: ReadForm = {
      onlyMetadata: options.onlyMetadata === true,
      injectEvents: options.injectEvents === true,
      collection: scope.collection,
      ...(options.withRows && { rowPrefix: options.withRows.prefix }),
    };
    const found = await this.#find({ options, scope, signal });
    const described = { ...found, revision: scope.state?.revision ?? found.revision };
    const mostBytes = options.limit === undefined ? pieceBytes : pageBytes;
    let start = 0;
    do {
      const end = batchEnd(found.sizes, start, mostBytes);
      const some = { ids: found.ids.subarray(start, end), stamps: found.stamps.subarray(start, end) };
      const batch = await this.#pageReader.read(some, form);
      refuseAborted(signal, 'the list');
      yield describeBatch(batch, described, { first: start === 0, last: end === found.ids.length });
      refuseAborted(signal, 'the list');
      start = end;
    } while (start < found.ids.length);
  }

  /** Something was written by this process. */
  wake(): void {
    this.feed.wake();
    this.words.wake();
  }

  shutdown(): Promise<void> {
    this.#shutdown ??= this.#close();
    return this.#shutdown;
  }

  async #close(): Promise<void> {
    const built = this.#builder.stop();
    const closed = this.backend.database.close(patienceMilliseconds);
    this.feed.stop();
    await Promise.all([closed, built, this.#trimmer.idle(), this.words.stop()]);
  }

  /** What was found before is still so if nothing was written since. */
  async #find(search: Omit<Search, 'scope'> & { scope: ListScope }): Promise<Selected> {
    const { options, scope, signal } = search;
    const key = pageKey(options, scope);
    if (key === undefined) return this.#select(search);
    const known = this.#pages.get(key);
    // Where somebody has seen another stamp meanwhile, a look is hardly worth it.
    if (known !== undefined && known.stamp === (scope.state?.stamp ?? this.#stamp)) {
      const state = scope.state ?? (await untilAborted(this.state.read(), signal));
      this.#stamp = state.stamp;
      if (state.stamp === known.stamp) return known;
    }
    const found = await this.#select(search);
    this.#stamp = found.stamp;
    this.#pages.keep(key, found);
    return found;
  }

  async #select(search: Omit<Search, 'scope'> & { scope: ListScope }): Promise<Selected> {
    for (let attempt = 1; ; attempt++) {
      const { generation, options } = await this.indexed(search.options, search.scope);
      const found = await this.#selectBy({ ...search, options });
      if (found.fieldGeneration === generation) return found;
      // Fields were declared, or are no longer: what was found by them may not be all.
      await this.fields.refresh();
      if (attempt === attempts) throw createStorageError('UNAVAILABLE', 'the declared fields change all the time');
    }
  }

  /** The search in terms of the fields that are declared now. */
  async indexed(
    options: CollectionListOptions,
    { typeIds }: ListScope,
  ): Promise<IndexedSearch & { readonly generation: number }> {
    const set = await this.fields.current();
    await this.types.know(typeIds ?? []);
    const types = typeIds?.map((id) => this.types.type(id));
    return { generation: set.generation, ...useFieldIndexes(options, readyDeclarations(set), types) };
  }

  async explain({ options, scope: scopeOf, signal }: Search): Promise<Explanation> {
    const { backend } = this;
    refuseUnsupported(options, backend.name);
    backend.database.refuseClosed();
    const scope = await scopeOf();
    const { options: stored, indexed } = await this.indexed(options, scope);
    try {
      const { fullText } = stored;
      const plan = (connection: SqlConnection) => fullText && this.words.plan(connection, fullText);
      const words = (await backend.database.snapshot(async (connection) => plan(connection), signal)) ?? {};
      const driver = words.from === undefined ? await this.#labels.find(stored.labelSelector ?? []) : undefined;
      const scanned = needsScan(stored);
      const orderBy = (stored.orderBy ?? []).filter(({ by }) => !scanned || !('path' in by));
      const found = selectionOf(backend, { ...stored, orderBy }, { ...scope, exact: !scanned, driver, words });
      const selection = scanned ? withObjects(found, backend) : found;
      const where = allOf([...selection.where, ...startCondition(backend, stored, selection.order)]);
      const page = stored.limit === undefined ? '' : ` LIMIT ${Math.min(stored.limit, largestLimit) + 1}`;
      const statement = sql`SELECT r.id, r.size FROM ${selection.from} WHERE ${where} ORDER BY ${renderOrder(selection.order, backend.dialect)}${verbatim(page)}`;
      const byFields = (options.orderBy ?? []).some(({ by }) => 'path' in by);
      return {
        conditions: explainConditions(options, {
          indexed,
          words: words.from === undefined && words.condition === undefined ? 'scan' : 'index',
        }),
        order: byFields
          ? 'by a field: every object that is found is read, then sorted'
          : 'an index where the plan sorts nothing; otherwise what is found is sorted',
        ...(await backend.explain(statement, signal)),
      };
    } catch (error) {
      throw backend.refusedByClient(error, options);
    }
  }

  async #selectBy({ options, scope, signal }: Omit<Search, 'scope'> & { scope: ListScope }): Promise<Selected> {
    const { backend } = this;
    try {
      const driver = await this.#labels.find(options.labelSelector ?? []);
      const scanned = needsScan(options);
      const orderBy = (options.orderBy ?? []).filter(({ by }) => !scanned || !('path' in by));
      if (!scanned) {
        const selection = selectionOf(backend, { ...options, orderBy }, { ...scope, exact: true, driver });
        return await backend.selectPage(options, selection, { signal });
      }
      const { fullText } = options;
      return await backend.database.snapshot(async (connection) => {
        const words = fullText === undefined ? {} : await this.words.plan(connection, fullText);
        const query = { ...scope, exact: false, driver: words.from === undefined ? driver : undefined, words };
        const selection = withObjects(selectionOf(backend, { ...options, orderBy }, query), backend);
        const { lookInto } = words;
        return selectScanned(connection, { backend, options, selection, lookInto, ...this.#scan(scope, signal) });
      }, signal);
    } catch (error) {
      refuseAborted(signal, 'the list');
      throw backend.refusedByClient(error, options);
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
        this.backend.database.refuseClosed();
        refuseAborted(signal, 'the list');
      },
    };
  }
}

/** A scan by the order of fields looks at objects even where no condition does. */
function withObjects(selection: Selection, { join }: SqlBackend): Selection {
  if (selection.from.text.includes('objects o')) return selection;
  return { ...selection, from: sql`${selection.from} ${verbatim(join)} objects o ON o.id = r.id` };
}
