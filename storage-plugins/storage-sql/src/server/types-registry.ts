import type { ResourceType, ResourceTypeSelector } from '@clusterdex/storage-contract';
import { selectsType } from '@clusterdex/storage-contract/selection';
import { verbatim } from '../sql.js';
import type { SqlBackend } from './sql-backend.js';
import { textOf } from './values.js';

/** The ids of resource types. They are only ever added, by this process or another, so what is known stays true. */
export class TypesRegistry {
  readonly #backend: SqlBackend;
  readonly #byId = new Map<number, ResourceType>();
  readonly #byKey = new Map<string, number>();

  constructor(backend: SqlBackend) {
    this.#backend = backend;
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
    await this.#backend.addType(type);
    const created = await this.id(type);
    if (created === undefined) throw new Error(`the resource type ${type.resource} was not stored`);
    return created;
  }

  /** Of an id that `know` was given, or that was asked for here. */
  type(id: number): ResourceType {
    const type = this.#byId.get(id);
    if (type === undefined) throw new Error(`no resource type has the id ${id}`);
    return type;
  }

  /** Reads what is not known yet. */
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

  /** `count`: how many there are. */
  async ids(selectors: readonly ResourceTypeSelector[], count: number): Promise<number[]> {
    if (this.#byId.size !== count) await this.#refresh();
    return [...this.#byId].flatMap(([id, type]) => (selectsType(selectors, type) ? id : []));
  }

  /** All of them: there are hundreds at most, and they may become visible in another order than that of their ids. */
  async #refresh(): Promise<void> {
    const rows = await this.#backend.database.query(
      verbatim('SELECT id, api_group, version, resource, kind, namespaced FROM types ORDER BY id'),
      { name: 'types' },
    );
    for (const [id, ...columns] of rows) {
      if (this.#byId.has(Number(id))) continue;
      const [group = '', version = '', resource = '', kind = ''] = columns.slice(0, 4).map(textOf);
      this.#byId.set(Number(id), { group, version, resource, kind, namespaced: Boolean(columns[4]) });
      this.#byKey.set(keyOf({ group, version, resource }), Number(id));
    }
  }
}

const keyOf = ({ group, version, resource }: Pick<ResourceType, 'group' | 'version' | 'resource'>): string =>
  `${group}/${version}/${resource}`;
