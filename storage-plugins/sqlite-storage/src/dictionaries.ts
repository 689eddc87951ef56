import type { ResourceType } from '@clusterdex/storage-contract';
import type Database from 'better-sqlite3';

const labelCapacity = 200_000;

/** The ids of types and labels, added where they are new. Their rows are never deleted, so an id that was read stays true. */
export class Dictionaries {
  readonly #statements;
  readonly #types = new Map<string, number>();
  readonly #labels = new Map<string, number>();

  constructor(database: Database.Database) {
    this.#statements = {
      type: database.prepare('SELECT id FROM types WHERE api_group = ? AND version = ? AND resource = ?').pluck(),
      insertType: database.prepare(
        'INSERT INTO types (api_group, version, resource, kind, namespaced) VALUES (?, ?, ?, ?, ?)',
      ),
      allTypes: database.prepare('SELECT id FROM types').pluck(),
      label: database.prepare('SELECT id FROM labels WHERE name = ? AND value = ?').pluck(),
      insertLabel: database.prepare('INSERT INTO labels (name, value) VALUES (?, ?)'),
    };
  }

  typeId({ group, version, resource, kind, namespaced }: ResourceType): number {
    const key = `${group}/${version}/${resource}`;
    let id = this.#types.get(key);
    if (id === undefined) {
      id = this.#statements.type.get(group, version, resource) as number | undefined;
      id ??= Number(
        this.#statements.insertType.run(group, version, resource, kind, Number(namespaced)).lastInsertRowid,
      );
      this.#types.set(key, id);
    }
    return id;
  }

  allTypeIds(): readonly number[] {
    return this.#statements.allTypes.all() as number[];
  }

  labelId(name: string, value: string): number {
    const key = `${name}\0${value}`;
    let id = this.#labels.get(key);
    if (id === undefined) {
      id = this.#statements.label.get(name, value) as number | undefined;
      id ??= Number(this.#statements.insertLabel.run(name, value).lastInsertRowid);
      if (this.#labels.size >= labelCapacity) this.#labels.clear();
      this.#labels.set(key, id);
    }
    return id;
  }

  /** After a transaction that failed: what it added is not in the database. */
  forget(): void {
    this.#types.clear();
    this.#labels.clear();
  }
}
