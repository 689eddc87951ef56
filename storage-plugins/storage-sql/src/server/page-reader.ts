import type { ObjectBatch, StoredObject } from '@clusterdex/storage-contract';
import { KeptObjects } from '../kept-objects.js';
import type { ObjectReader, ReadForm } from './object-reader.js';
import type { Selected } from './selected.js';

type FormKind = 'whole' | 'metadata' | 'rows';

/**
 * Reads the objects of pages. What is asked for again and again comes from memory: the list says of each object which version of it is
 * stored, so nothing that is out of date is used, whoever wrote.
 */
export class PageReader {
  readonly #reader: ObjectReader;
  readonly #kept: Readonly<Record<FormKind, KeptObjects>>;

  /** `capacity` in bytes: so many for whole objects, a quarter more for each of the other forms, which are smaller. */
  constructor(reader: ObjectReader, capacity: number) {
    this.#reader = reader;
    this.#kept = {
      whole: new KeptObjects(capacity),
      metadata: new KeptObjects(capacity / 4),
      rows: new KeptObjects(capacity / 4),
    };
  }

  /** The objects that still exist, in the order of their ids. */
  async read({ ids, stamps }: Pick<Selected, 'ids' | 'stamps'>, form: ReadForm): Promise<ObjectBatch> {
    const kind = kindOf(form);
    if (kind === undefined || stamps.length < ids.length) return this.#reader.read(ids, form);
    const kept = this.#kept[kind];
    const known = Array.from(ids, (id, index) => kept.get(id, stamps[index] ?? 0, form.rowPrefix));
    const missing = ids.filter((_, index) => known[index] === undefined);
    if (missing.length === 0) return batchOf(known as StoredObject[], form);
    const wanted = kept.wants(missing);
    if (!wanted && missing.length === ids.length) return this.#reader.read(ids, form);
    const read = await this.#reader.readEach(missing, form);
    if (wanted) {
      for (const [id, { stamp, object }] of read) {
        // An object that should have a row and has none is whole.
        if (kind !== 'rows' || object.row !== undefined) kept.keep(id, stamp, object);
      }
    }
    const found = known.map((object, index) => object ?? read.get(ids[index] ?? 0)?.object);
    return batchOf(
      found.filter((object) => object !== undefined),
      form,
    );
  }
}

/** undefined for what is asked for too seldom. */
function kindOf({ onlyMetadata, injectEvents, rowPrefix }: ReadForm): FormKind | undefined {
  if (injectEvents) return undefined;
  if (rowPrefix === undefined) return onlyMetadata ? 'metadata' : 'whole';
  return onlyMetadata ? 'rows' : undefined;
}

function batchOf(objects: readonly StoredObject[], { collection }: ReadForm): ObjectBatch {
  const { length: count } = objects;
  if (!collection) return { objects: objects.map(({ type: _, ...object }) => object), count };
  return { objects, count, types: [...new Set(objects.flatMap(({ type }) => type ?? []))] };
}
