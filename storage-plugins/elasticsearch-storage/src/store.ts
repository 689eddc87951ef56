import { createStorageError, type StorageHealth, type StorageHost } from '@clusterdex/storage-contract';
import { ChangeFeed } from './change-feed.js';
import { ChangeLog } from './change-log.js';
import { clusterHealth } from './cluster-health.js';
import type { ElasticsearchConfig } from './config.js';
import type { StoredDocument } from './document.js';
import type { Engine } from './engine.js';
import { EventStore } from './event-store.js';
import { HistoryKeeper } from './history-keeper.js';
import type { IndexNames } from './index-definitions.js';
import { Refresher } from './refresher.js';
import { Search } from './search.js';
import type { StateKeeper } from './state-keeper.js';
import type { StoreState } from './store-state.js';
import type { Salt } from './tokens.js';
import { Writer } from './writer.js';

/** How long a shutdown waits for what is in flight. */
const patienceMilliseconds = 5000;

interface StoreParts {
  readonly engine: Engine;
  readonly names: IndexNames;
  readonly state: StateKeeper;
  readonly salt: Salt;
  readonly isOpenSearch: boolean;
}

/** An open store: its indexes are there and of this version. */
export class Store {
  readonly engine: Engine;
  readonly names: IndexNames;
  readonly salt: Salt;
  readonly search: Search;
  readonly writer: Writer;
  readonly feed: ChangeFeed;
  readonly events: EventStore;
  readonly #state: StateKeeper;
  readonly #refresher: Refresher;
  readonly #history: HistoryKeeper;
  #shutdown: Promise<void> | undefined;

  constructor(
    { engine, names, state, salt, isOpenSearch }: StoreParts,
    config: Pick<ElasticsearchConfig, 'historyChanges'>,
    host: StorageHost,
  ) {
    this.engine = engine;
    this.names = names;
    this.salt = salt;
    this.#state = state;
    this.search = new Search(engine, names, { isOpenSearch });
    this.events = new EventStore(engine, names, host);
    this.#refresher = new Refresher(engine, names);
    const log = new ChangeLog(engine, names);
    this.#history = new HistoryKeeper(state, log, { historyChanges: config.historyChanges, logger: host.logger });
    this.writer = new Writer({ engine, names, state, log, history: this.#history, salt, host });
    this.feed = new ChangeFeed(state, log, (found) => this.#observe(found));
  }

  /** CLOSED after shutdown; TIMEOUT when the signal has aborted. */
  check(signal: AbortSignal | undefined): void {
    if (this.#shutdown !== undefined) throw createStorageError('CLOSED', 'the storage elasticsearch is shut down');
    if (signal?.aborted) throw createStorageError('TIMEOUT', 'the call was aborted', { cause: signal.reason });
  }

  async readState(signal?: AbortSignal): Promise<StoreState> {
    const state = await this.#state.read(signal);
    this.#observe(state);
    return state;
  }

  /** The state; what it says was written can be found by a search. */
  async readable(signal: AbortSignal | undefined): Promise<StoreState> {
    const state = await this.readState(signal);
    await this.#refresher.upTo(state.writes);
    return state;
  }

  /** In the order of the ids; what was removed meanwhile is left out. */
  async documents(ids: readonly string[], signal: AbortSignal | undefined): Promise<readonly StoredDocument[]> {
    const found = await this.engine.documents<StoredDocument>(this.names.resources, ids, {
      what: 'reading objects',
      signal,
    });
    return found.map(({ _source }) => _source);
  }

  /** Never rejects. */
  async health(): Promise<StorageHealth> {
    try {
      this.check(undefined);
      await this.#state.read();
      return await clusterHealth(this.engine, this.names);
    } catch (error) {
      return { healthy: false, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  shutdown(): Promise<void> {
    this.#shutdown ??= this.#close();
    return this.#shutdown;
  }

  async #close(): Promise<void> {
    this.feed.stop();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMilliseconds);
    });
    await Promise.race([Promise.all([this.writer.idle(), this.#history.idle()]), late]);
    clearTimeout(timer);
    await this.engine.close(patienceMilliseconds);
  }

  #observe(state: StoreState): void {
    if (this.#shutdown === undefined) this.writer.lock.watch(state);
  }
}
