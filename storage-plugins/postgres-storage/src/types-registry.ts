import type { ResourceType, ResourceTypeSelector } from '@clusterdex/storage-contract';
import { selectsType } from '@clusterdex/storage-contract/selection';
import { sql } from '@clusterdex/storage-sql';
import { binaryArray } from './binary-array.js';
import type { PostgresDatabase } from './postgres-database.js';

/** The ids of resource types. They are only ever added, by this process or another, so what is known stays true. */
export class TypesRegistry {
  readonly #database: PostgresDatabase;
  readonly #byId = new Map<number, ResourceType>();
  readonly #byKey = new Map<string, number>();

  constructor(database: PostgresDatabase) {
    this.#database = database;
  }

  /** undefined: nothing of the type was ever stored. */
  async id(type: ResourceType): Promise<number | undefined> {
    const key = keyOf(type);
    if (!this.#byKey.has(key)) await this.#refresh();
    return this.#byKey.get(key);
  }

  async idOrCreate(type: ResourceType): Promise<number> {
    const known = await this.id(type);
    if (known !== undefined) return known;
    const { group, version, resource, kind, namespaced } = type;
    await this.#database.transaction((connection) =>
      connection.query(
        sql`INSERT INTO types (api_group, version, resource, kind, namespaced)
          VALUES (${group}, ${version}, ${resource}, ${kind}, ${String(namespaced)}::boolean) ON CONFLICT DO NOTHING`,
      ),
    );
    const created = await this.id(type);
    if (created === undefined) throw new Error(`the resource type ${resource} was not stored`);
    return created;
  }

  /** Of an id that was read from the database. */
  type(id: number): ResourceType {
    const type = this.#byId.get(id);
    if (type === undefined) throw new Error(`no resource type has the id ${id}`);
    return type;
  }

  /** What `type` is asked for next: reads what is not known yet. */
  async know(ids: Iterable<number>): Promise<void> {
    for (const id of ids) {
      if (this.#byId.has(id)) continue;
      await this.#refresh();
      return;
    }
  }

  async all(): Promise<ReadonlyMap<number, ResourceType>> {
    await this.#refresh();
    return this.#byId;
  }

  async ids(selectors: readonly ResourceTypeSelector[]): Promise<number[]> {
    return [...(await this.all())].flatMap(([id, type]) => (selectsType(selectors, type) ? id : []));
  }

  async #refresh(): Promise<void> {
    const known = binaryArray('integer', [...this.#byId.keys()]);
    const rows = await this.#database.query(
      sql`SELECT id, api_group, version, resource, kind, namespaced FROM types WHERE id <> ALL(${known}::integer[]) ORDER BY id`,
      { name: 'types' },
    );
    for (const [id, group, version, resource, kind, namespaced] of rows as [
      number,
      string,
      string,
      string,
      string,
      boolean,
    ][]) {
      this.#byId.set(id, { group, version, resource, kind, namespaced });
      this.#byKey.set(keyOf({ group, version, resource }), id);
    }
  }
}

const keyOf = ({ group, version, resource }: Pick<ResourceType, 'group' | 'version' | 'resource'>): string =>
  `${group}/${version}/${resource}`;
