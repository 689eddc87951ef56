import type { ObjectBatch, StoredObject } from '@clusterdex/storage-contract';
import { batchObjects } from '@clusterdex/storage-sql';
import { PackedBatch } from './object-batch.js';
import { splitNumbers } from './packed-reader.js';
import type { PageCaches, PageForm } from './page-cache.js';
import type { PackedPage } from './read-page.js';
import type { TypesRegistry } from './types-registry.js';
import type { WorkerThread } from './worker-thread.js';

export interface Page {
  readonly batch: ObjectBatch;
  /** How many of the ids it goes through. */
  readonly taken: number;
}

/** Reads objects by their ids: what the cache has not, a thread reads. */
export class PageReader {
  readonly #thread: WorkerThread;
  readonly #caches: PageCaches;
  readonly #types: TypesRegistry;

  constructor(thread: WorkerThread, caches: PageCaches, types: TypesRegistry) {
    this.#thread = thread;
    this.#caches = caches;
    this.#types = types;
  }

  /** The objects that still exist, in the order of their ids, from the first on; as many as fit in so many bytes, at least one. */
  async read(all: Float64Array, form: PageForm, mostBytes: number): Promise<Page> {
    const cache = this.#caches[form.kind];
    const ids = all.subarray(0, batchObjects);
    const cached = Array.from(ids, (id) => cache.get(id, form.rowPrefix));
    const missing = ids.filter((_, index) => cached[index] === undefined);
    if (missing.length === 0) return cut(cached as StoredObject[], mostBytes);
    const wanted = cache.wants(missing);
    const page = await this.#thread.request('readPage', { ids: missing, form, mostBytes });
    const batch = new PackedBatch(page, (id) => this.#types.type(id));
    const found = wanted || missing.length < ids.length ? byId(page, batch) : undefined;
    if (wanted && found !== undefined) {
      for (const [id, object] of found) {
        // An object that should have a row and has none is whole.
        if (form.kind !== 'rows' || object.row !== undefined) cache.keep(id, object, page);
      }
    }
    if (found === undefined || missing.length === ids.length) return { batch, taken: page.taken };
    // What was not read, because it was too much, is for the next page, and so is everything behind it.
    const unread = missing[page.taken];
    const end = unread === undefined ? ids.length : ids.indexOf(unread);
    const objects = cached.slice(0, end).map((object, index) => object ?? found.get(ids[index] ?? 0));
    return cut(objects, mostBytes);
  }
}

function byId(page: PackedPage, { objects }: ObjectBatch): ReadonlyMap<number, StoredObject> {
  return new Map(splitNumbers(page.ids).map((id, index) => [id, objects[index] as StoredObject]));
}

/** As many as fit; undefined for one that does not exist any more. */
function cut(objects: readonly (StoredObject | undefined)[], mostBytes: number): Page {
  let bytes = 0;
  let taken = 0;
  for (const object of objects) {
    bytes += object?.json.length ?? 0;
    if (bytes > mostBytes && taken > 0) break;
    taken++;
  }
  const fitting = objects.slice(0, taken).filter((object) => object !== undefined);
  return { batch: { objects: fitting, count: fitting.length }, taken };
}
