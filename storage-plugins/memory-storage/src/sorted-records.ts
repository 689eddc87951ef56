import { compareText } from '@clusterdex/storage-contract/selection';
import type { StoredRecord } from './stored-record.js';

const fullChunk = 512;

interface Place {
  chunk: number;
  index: number;
  found: boolean;
}

/**
 * Records by namespace and name, always in order: an array of small sorted arrays, so that an insert moves at most one of them, and no
 * read ever waits for a sort.
 */
export class SortedRecords {
  readonly #chunks: StoredRecord[][] = [];
  /** Changes with every insert and delete: a walk that finds another looks its place up again. */
  #changes = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(namespace: string, name: string): StoredRecord | undefined {
    const place = this.#find(namespace, name);
    return place.found ? this.#at(place) : undefined;
  }

  /** Returns the record that it replaces. */
  put(record: StoredRecord): StoredRecord | undefined {
    const place = this.#find(record.namespace, record.name);
    if (place.found) return this.#chunks[place.chunk]?.splice(place.index, 1, record)[0];
    this.#insert(place, record);
    this.#changes++;
    this.#size++;
    return undefined;
  }

  /** Returns the record that was there. */
  delete(namespace: string, name: string): StoredRecord | undefined {
    const place = this.#find(namespace, name);
    const chunk = place.found ? this.#chunks[place.chunk] : undefined;
    const record = chunk?.splice(place.index, 1)[0];
    if (record === undefined) return undefined;
    if (chunk?.length === 0) this.#chunks.splice(place.chunk, 1);
    this.#changes++;
    this.#size--;
    return record;
  }

  /** The first record of a namespace behind this one. */
  firstBehindNamespace(namespace: string): StoredRecord | undefined {
    return this.#at(this.#find(namespace, undefined));
  }

  /** The records at and behind a place, in order. What is inserted or deleted between two steps is seen or gone. */
  *from(namespace: string, name: string): Generator<StoredRecord, void, undefined> {
    let place = this.#find(namespace, name);
    let changes = this.#changes;
    for (let record = this.#at(place); record !== undefined; record = this.#at(place)) {
      yield record;
      if (changes === this.#changes) {
        place.index++;
      } else {
        place = this.#find(record.namespace, record.name);
        if (place.found) place.index++;
        changes = this.#changes;
      }
      if (place.index >= (this.#chunks[place.chunk]?.length ?? 0)) {
        place.chunk++;
        place.index = 0;
      }
    }
  }

  #at(place: Place): StoredRecord | undefined {
    return this.#chunks[place.chunk]?.[place.index];
  }

  #insert({ chunk, index }: Place, record: StoredRecord): void {
    const records = this.#chunks[chunk] ?? this.#chunks.at(-1);
    if (records === undefined || (chunk === this.#chunks.length && records.length >= fullChunk)) {
      this.#chunks.push([record]);
    } else if (chunk === this.#chunks.length) {
      records.push(record);
    } else {
      records.splice(index, 0, record);
      if (records.length > fullChunk) this.#chunks.splice(chunk + 1, 0, records.splice(fullChunk / 2));
    }
  }

  /** The first place that is not before; without a name the first behind the whole namespace. */
  #find(namespace: string, name: string | undefined): Place {
    const chunk = firstIndex(this.#chunks, (records) => compare(records.at(-1), namespace, name) >= 0);
    const records = this.#chunks[chunk] ?? [];
    const index = firstIndex(records, (record) => compare(record, namespace, name) >= 0);
    const found = records[index] !== undefined && compare(records[index], namespace, name) === 0;
    return { chunk, index, found };
  }
}

function compare(record: StoredRecord | undefined, namespace: string, name: string | undefined): number {
  if (record === undefined) return 1;
  const order = compareText(record.namespace, namespace);
  return order !== 0 ? order : name === undefined ? -1 : compareText(record.name, name);
}

/** Binary search: the first index at which the test holds, or the length. */
function firstIndex<Item>(items: readonly Item[], test: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(items[middle] as Item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
