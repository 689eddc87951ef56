import type { FieldIndexStatus, FieldPath, ResourceType } from '@clusterdex/storage-contract';
import { selectableFromJson } from '@clusterdex/storage-contract/selection';
import {
  declaresFor,
  type FieldDeclaration,
  fieldLabelName,
  fieldLabelsOf,
  parseFieldDeclaration,
  storedLabelName,
} from '@clusterdex/storage-sql';
import type Database from 'better-sqlite3';
import type { Dictionaries } from './dictionaries.js';

type State = FieldIndexStatus['state'];
type Declaration = FieldDeclaration & { readonly state: State };

/** So many objects are read at once; the clock is looked at behind each. */
const objectsAtOnce = 64;

interface BuildRow {
  readonly id: number;
  readonly type_id: number;
  readonly label_ids: string;
  readonly cluster: string;
  readonly object: Buffer;
}

/** The declared fields as the writer's thread keeps to them: in the file, for whichever process writes. Each change begins a generation. */
export class FieldIndexWriter {
  readonly #database: Database.Database;
  readonly #dictionaries: Dictionaries;
  readonly #statements;
  #generation = -1;
  #declarations: readonly Declaration[] = [];

  constructor(database: Database.Database, dictionaries: Dictionaries) {
    this.#database = database;
    this.#dictionaries = dictionaries;
    this.#statements = {
      generation: database.prepare('SELECT field_generation FROM revision').pluck(),
      begin: database.prepare('UPDATE revision SET field_generation = field_generation + 1, field_build = 0'),
      progress: database.prepare('SELECT field_build FROM revision').pluck(),
      save: database.prepare('UPDATE revision SET field_build = ?'),
      all: database.prepare('SELECT declaration, state FROM field_indexes ORDER BY declaration').raw(),
      put: database.prepare('INSERT OR REPLACE INTO field_indexes (declaration, state) VALUES (?, ?)'),
      types: database.prepare('SELECT id, api_group, resource FROM types').raw(),
      some: database.prepare(
        `SELECT r.id, r.type_id, r.label_ids, r.cluster, CAST(o.object AS BLOB) AS object
           FROM resources r JOIN objects o ON o.id = r.id WHERE r.id > ? ORDER BY r.id LIMIT ?`,
      ),
      relabel: database.prepare('UPDATE resources SET label_ids = ? WHERE id = ?'),
      attach: database.prepare('INSERT INTO object_labels (label_id, object_id) VALUES (?, ?)'),
      detach: database.prepare('DELETE FROM object_labels WHERE label_id = ? AND object_id = ?'),
      ready: database.prepare("UPDATE field_indexes SET state = 'ready' WHERE state = 'building'"),
      forget: database.prepare("DELETE FROM field_indexes WHERE state = 'removing'"),
    };
  }

  /** Within a transaction that writes: the fields by which objects of the type are kept. */
  paths(type: Pick<ResourceType, 'group' | 'resource'>): readonly FieldPath[] {
    this.#refresh();
    const fitting = this.#declarations.filter(
      (declaration) => declaration.state !== 'removing' && declaresFor(declaration, type),
    );
    return [...new Map(fitting.map(({ path }) => [fieldLabelName(path), path])).values()];
  }

  /** Makes the declared fields these; to be built by `build`. */
  declare(texts: readonly string[]): undefined {
    const wanted = new Set(texts.map((text) => parseFieldDeclaration(text).text));
    this.#database
      .transaction(() => {
        this.#refresh();
        const before = new Map(this.#declarations.map(({ text, state }) => [text, state]));
        const changes: [text: string, state: State][] = [];
        for (const [text, state] of before)
          if (!wanted.has(text) && state !== 'removing') changes.push([text, 'removing']);
        for (const text of wanted)
          if ((before.get(text) ?? 'removing') === 'removing') changes.push([text, 'building']);
        for (const change of changes) this.#statements.put.run(...change);
        if (changes.length > 0) this.#statements.begin.run();
      })
      .immediate();
  }

  /** Brings stored objects under the indexes for about so many milliseconds, in one transaction; returns whether there is more to do. */
  build(milliseconds: number): boolean {
    const end = performance.now() + milliseconds;
    try {
      return this.#database.transaction(() => this.#buildUntil(end)).immediate();
    } catch (error) {
      this.#dictionaries.forget();
      throw error;
    }
  }

  #buildUntil(end: number): boolean {
    this.#refresh();
    if (this.#declarations.every(({ state }) => state === 'ready')) return false;
    const paths = new Map(
      (this.#statements.types.all() as [number, string, string][]).map(([id, group, resource]) => [
        id,
        this.paths({ group, resource }),
      ]),
    );
    let done = this.#statements.progress.get() as number;
    while (performance.now() < end) {
      const rows = this.#statements.some.all(done, objectsAtOnce) as BuildRow[];
      for (const row of rows) {
        this.#relabel(row, paths.get(row.type_id) ?? []);
        done = row.id;
        if (performance.now() >= end) break;
      }
      if (rows.length > 0) continue;
      this.#statements.ready.run();
      this.#statements.forget.run();
      this.#statements.begin.run();
      return false;
    }
    this.#statements.save.run(done);
    return true;
  }

  #relabel({ id, label_ids: before, cluster, object }: BuildRow, paths: readonly FieldPath[]): void {
    const labels = Object.entries(selectableFromJson(object, cluster).labels);
    const pairs = [
      ...labels.map(([key, value]) => [storedLabelName(key), value] as const),
      ...fieldLabelsOf(object, paths),
    ];
    const ids = pairs.map(([name, value]) => this.#dictionaries.labelId(name, value)).sort((a, b) => a - b);
    const after = ids.join();
    if (after === before) return;
    for (const labelId of before === '' ? [] : before.split(',')) this.#statements.detach.run(Number(labelId), id);
    for (const labelId of ids) this.#statements.attach.run(labelId, id);
    this.#statements.relabel.run(after, id);
  }

  #refresh(): void {
    const generation = this.#statements.generation.get() as number;
    if (generation === this.#generation) return;
    this.#declarations = (this.#statements.all.all() as [string, State][]).map(([text, state]) => ({
      ...parseFieldDeclaration(text),
      state,
    }));
    this.#generation = generation;
  }
}
