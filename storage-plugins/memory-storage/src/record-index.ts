import type { StoredRecord } from './stored-record.js';

/** Most texts belong to a few records: up to so many stand in an array of exactly their number, which is smaller than a set. */
const smallGroup = 16;

/** Records by a text. */
export class RecordIndex {
  readonly #groups = new Map<string, readonly StoredRecord[] | Set<StoredRecord>>();

  add(text: string, record: StoredRecord): void {
    const group = this.#groups.get(text);
    if (group === undefined) this.#groups.set(text, [record]);
    else if (group instanceof Set) group.add(record);
    else if (group.length < smallGroup) this.#groups.set(text, group.concat(record));
    else this.#groups.set(text, new Set(group).add(record));
  }

  remove(text: string, record: StoredRecord): void {
    const group = this.#groups.get(text);
    if (group instanceof Set) group.delete(record);
    else if (group !== undefined)
      this.#groups.set(
        text,
        group.filter((other) => other !== record),
      );
    if (this.count(text) === 0) this.#groups.delete(text);
  }

  count(text: string): number {
    const group = this.#groups.get(text);
    return group instanceof Set ? group.size : (group?.length ?? 0);
  }

  first(text: string): StoredRecord | undefined {
    const group = this.#groups.get(text);
    return group instanceof Set ? group.values().next().value : group?.[0];
  }

  get(text: string): Iterable<StoredRecord> {
    return this.#groups.get(text) ?? [];
  }
}
