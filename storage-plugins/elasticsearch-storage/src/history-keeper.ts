import { isStorageError, type PluginLogger } from '@clusterdex/storage-contract';
import type { ChangeLog } from './change-log.js';
import type { StateKeeper } from './state-keeper.js';
import type { StoreState } from './store-state.js';

/** How many batches the state holds before the older half of them goes into a page. */
const mostBatches = 128;
const batchesPerPage = 64;
/** A state of more pages would be slow to replace: then less history is kept. */
const mostPages = 1000;
/** How many changes may gather beyond those that are kept, before they are removed in one go. */
const slack = 1000;

/** Keeps the state small and the log as long as it is to be, beside the writes. */
export class HistoryKeeper {
  readonly #state: StateKeeper;
  readonly #log: ChangeLog;
  readonly #historyChanges: number;
  readonly #logger: PluginLogger;
  #running: Promise<void> | undefined;

  constructor(state: StateKeeper, log: ChangeLog, options: { historyChanges: number; logger: PluginLogger }) {
    this.#state = state;
    this.#log = log;
    this.#historyChanges = options.historyChanges;
    this.#logger = options.logger;
  }

  /** The state after a write. */
  written(state: StoreState): void {
    if (!this.#isDue(state)) return;
    this.#running ??= this.#tidy(state)
      .catch((error: unknown) => {
        if (isStorageError(error) && error.code === 'CLOSED') return;
        this.#logger.warn({ error: String(error) }, 'old changes were not removed');
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  async idle(): Promise<void> {
    await this.#running;
  }

  #isDue({ batches, revision, trimmed }: StoreState): boolean {
    return batches.length > mostBatches || revision - trimmed > this.#historyChanges + slack;
  }

  async #tidy(found: StoreState): Promise<void> {
    let state = found;
    while (state.batches.length > mostBatches) state = await this.#fold(state);
    await this.#trim(state);
  }

  /** The page is there before the state says so; whoever is first with the same page is not in the way. */
  async #fold({ batches }: StoreState): Promise<StoreState> {
    const page = batches.slice(0, batchesPerPage);
    const last = page.at(-1)?.[1] ?? 0;
    await this.#log.writePage(page);
    return this.#state.update((state) => {
      if (state.batches[0]?.[0] !== page[0]?.[0] || state.batches[page.length - 1]?.[1] !== last) return undefined;
      return { ...state, batches: state.batches.slice(page.length), pages: [...state.pages, last] };
    });
  }

  /** First it says what will be gone, then it removes it: a watcher that comes in between is told that it is too late. */
  async #trim({ revision, trimmed: before }: StoreState): Promise<void> {
    const keepFrom = revision - this.#historyChanges;
    if (keepFrom - before <= slack && this.#historyChanges > 0) return;
    const { trimmed, pages, batches } = await this.#state.update((state) => {
      const tooMany = state.pages.at(-mostPages - 1) ?? 0;
      const ends = [...state.pages, ...state.batches.map(([, last]) => last)];
      const end = ends.findLast((last) => last <= Math.max(keepFrom, tooMany));
      return end === undefined || end <= state.trimmed ? undefined : { ...state, trimmed: end };
    });
    const oldPages = pages.filter((last) => last <= trimmed);
    for (const page of oldPages) await this.#log.remove(await this.#log.page(page), [page]);
    const old = batches.filter(([, last]) => last <= trimmed);
    await this.#log.remove(old, []);
    await this.#state.update((state) => ({
      ...state,
      pages: state.pages.filter((last) => last > trimmed),
      batches: state.batches.filter(([, last]) => last > trimmed),
    }));
  }
}
