import type { ResourceType, ResourceTypeSelector } from '@clusterdex/storage-contract';
import { selectsType } from '@clusterdex/storage-contract/selection';
import type Database from 'better-sqlite3';

interface TypeRow {
  readonly id: number;
  readonly api_group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: number;
}

/** The ids of resource types. They are only ever added, by this process or another, so what is known stays true. */
export class TypesRegistry {
  readonly #all: Database.Statement;
  readonly #count: Database.Statement;
  #byId = new Map<number, ResourceType>();
  #byKey = new Map<string, number>();

  constructor(database: Database.Database) {
    this.#all = database.prepare('SELECT * FROM types ORDER BY id');
    this.#count = database.prepare('SELECT count(*) FROM types').pluck();
  }

  id({ group, version, resource }: ResourceType): number | undefined {
    const key = `${group}/${version}/${resource}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    this.#refresh();
    return this.#byKey.get(key);
  }

  type(id: number): ResourceType {
    if (!this.#byId.has(id)) this.#refresh();
    const type = this.#byId.get(id);
    if (type === undefined) throw new Error(`no resource type has the id ${id}`);
    return type;
  }

  all(): ReadonlyMap<number, ResourceType> {
    this.#refresh();
    return this.#byId;
  }

  ids(selectors: readonly ResourceTypeSelector[]): number[] {
    return [...this.all()].flatMap(([id, type]) => (selectsType(selectors, type) ? id : []));
  }

  #refresh(): void {
    if (this.#count.get() === this.#byId.size) return;
    for (const row of this.#all.iterate() as IterableIterator<TypeRow>) {
      const { id, api_group: group, version, resource, kind, namespaced } = row;
      this.#byId.set(id, { group, version, resource, kind, namespaced: namespaced === 1 });
      this.#byKey.set(`${group}/${version}/${resource}`, id);
    }
  }
}
