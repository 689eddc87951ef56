import type { CollectionListOptions } from '@clusterdex/storage-contract';
import type { Selected } from './selected.js';

const overhead = 500;
/** What is longer is no page that somebody looks at again and again. */
const mostObjects = 1000;

/** Which objects a page has, by what was asked; good as long as the stamp of the database is the same. The least recently used go first. */
export class PageCache {
  readonly #capacity: number;
  readonly #pages = new Map<string, Selected>();
  #bytes = 0;

  /** `capacity` in bytes. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: string): Selected | undefined {
    const page = this.#pages.get(key);
    if (page === undefined) return undefined;
    this.#pages.delete(key);
    this.#pages.set(key, page);
    return page;
  }

  keep(key: string, page: Selected): void {
    this.#drop(key);
    const size = sizeOf(key, page);
    if (page.ids.length > mostObjects || size > this.#capacity) return;
    this.#pages.set(key, page);
    this.#bytes += size;
    for (const oldest of this.#pages.keys()) {
      if (this.#bytes <= this.#capacity) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    const page = this.#pages.get(key);
    if (page === undefined) return;
    this.#pages.delete(key);
    this.#bytes -= sizeOf(key, page);
  }
}

/** Which page it is; undefined for one that may be another the next time although nothing was written. */
export function pageKey(
  { onlyMetadata: _, withRows: _rows, injectEvents: _events, ...options }: CollectionListOptions,
  { typeIds, collection }: { readonly typeIds: readonly number[] | undefined; readonly collection: boolean },
): string | undefined {
  if (options.limit === undefined || options.rawQuery !== undefined) return undefined;
  return JSON.stringify([typeIds ?? 'all', collection, options]);
}

const sizeOf = (key: string, { ids }: Selected): number => overhead + 2 * key.length + 3 * ids.byteLength;
