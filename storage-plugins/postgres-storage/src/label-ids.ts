import { createStorageError, type PreparedObject } from '@clusterdex/storage-contract';
import { sql } from '@clusterdex/storage-sql';
import { binaryArray } from './binary-array.js';
import type { PostgresDatabase } from './postgres-database.js';

const capacity = 200_000;

/** The ids of labels, added where they are new. Their rows are never deleted, so an id that was read stays true. */
export class LabelIds {
  readonly #database: PostgresDatabase;
  readonly #ids = new Map<string, number>();

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  /** For each object the ids of its labels, ascending, joined by commas. */
  async of(objects: readonly Pick<PreparedObject, 'name' | 'labels'>[]): Promise<readonly string[]> {
    const missing = new Map<string, readonly [string, string]>();
    for (const { name, labels } of objects) {
      for (const [label, value] of Object.entries(labels)) {
        if (value.includes('\0') || label.includes('\0')) {
          throw createStorageError('INVALID', `a label of '${name}' contains NUL, which PostgreSQL cannot store`);
        }
        const key = keyOf(label, value);
        if (!this.#ids.has(key)) missing.set(key, [label, value]);
      }
    }
    if (missing.size > 0) await this.#add([...missing.values()]);
    return objects.map(({ labels }) =>
      Object.entries(labels)
        .map(([label, value]) => this.#ids.get(keyOf(label, value)) ?? 0)
        .sort((a, b) => a - b)
        .join(),
    );
  }

  async #add(pairs: readonly (readonly [string, string])[]): Promise<void> {
    // In one order everywhere, so that writers of the same labels do not wait for each other in a circle.
    const sorted = pairs.toSorted(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1));
    const names = binaryArray(
      'text',
      sorted.map(([name]) => name),
    );
    const values = binaryArray(
      'text',
      sorted.map(([, value]) => value),
    );
    const rows = await this.#database.transaction(async (connection) => {
      const inserted = connection.query(
        sql`INSERT INTO labels (name, value) SELECT * FROM unnest(${names}::text[], ${values}::text[]) ON CONFLICT DO NOTHING`,
      );
      const found = connection.query(
        sql`SELECT l.id, l.name, l.value FROM unnest(${names}::text[], ${values}::text[]) x (name, value)
          JOIN labels l ON l.name = x.name AND l.value = x.value`,
      );
      return (await Promise.all([found, inserted]))[0];
    });
    if (this.#ids.size + rows.length > capacity) this.#ids.clear();
    for (const [id, name, value] of rows as readonly [number, string, string][]) this.#ids.set(keyOf(name, value), id);
  }
}

const keyOf = (name: string, value: string): string => `${name}\0${value}`;
