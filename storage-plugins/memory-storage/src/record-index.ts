import type { StoredRecord } from './stored-record.js';

/** Records by a text. Most texts belong to one record only, which is why that one stands there without a set. */
export class RecordIndex {
  readonly #records = new Map<string, StoredRecord | Set<StoredRecord>>();

  add(text: string, record: StoredRecord): void {
    const present = this.#records.get(text);
    if (present === undefined) this.#records.set(text, record);
    else if (present instanceof Set) present.add(record);
    else this.#records.set(text, new Set([present, record]));
  }

  remove(text: string, record: StoredRecord): void {
    const present = this.#records.get(text);
    if (present instanceof Set) present.delete(record);
    if (present === record || (present instanceof Set && present.size === 0)) this.#records.delete(text);
  }

  count(text: string): number {
    const present = this.#records.get(text);
    return present === undefined ? 0 : present instanceof Set ? present.size : 1;
  }

  get(text: string): Iterable<StoredRecord> {
    const present = this.#records.get(text);
    return present === undefined ? [] : present instanceof Set ? present : [present];
  }
}
