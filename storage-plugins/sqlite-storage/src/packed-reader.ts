import type Database from 'better-sqlite3';

export interface PackedForm {
  readonly onlyMetadata: boolean;
  /** Whether the type of each object is asked for. */
  readonly collection: boolean;
  /** How the rows begin that objects are to come with, if any: see RowReader. */
  readonly rowPrefix?: string;
}

/** Objects in one piece, which crosses from thread to thread without being copied. */
export interface PackedObjects {
  /** JSON of the objects, joined by commas. */
  readonly joined: Uint8Array;
  readonly count: number;
  /** Bytes of each, joined by commas: looked into only when somebody wants single objects. */
  readonly lengths: string;
  /** Of each, joined by commas. */
  readonly ids: string;
  /** Of each; for collection resources. */
  readonly typeIds: readonly number[] | undefined;
  /** With rows: see splitFields. */
  readonly fields?: string;
}

export const wholeObject = 'o.object';
export const objectMetadata =
  "coalesce(o.metadata, CAST(substr(CAST(o.object AS BLOB), 1, r.metadata_end) AS TEXT) || '}')";

/** Reads the bytes of objects whose ids are known, joined by SQLite itself. */
export class PackedReader {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** The objects that still exist, in the order of their ids. */
  read(ids: Float64Array, form: PackedForm): PackedObjects {
    const row = this.#statement(form).get(`[${ids.join()}]`);
    const [joined, count, lengths, found, typeIds] = row as [
      Uint8Array | null,
      number,
      string | number | null,
      string | number | null,
      string | number | null,
    ];
    return {
      joined: joined ?? new Uint8Array(0),
      count,
      lengths: String(lengths ?? ''),
      ids: String(found ?? ''),
      typeIds: form.collection ? splitNumbers(String(typeIds ?? '')) : undefined,
    };
  }

  #statement(form: PackedForm): Database.Statement {
    const key = `${form.onlyMetadata} ${form.collection}`;
    let statement = this.#statements.get(key);
    if (statement === undefined) {
      statement = this.#prepare(form);
      this.#statements.set(key, statement);
    }
    return statement;
  }

  /** One statement for each form: what is not asked for is not read. */
  #prepare({ onlyMetadata, collection }: PackedForm): Database.Statement {
    const json = onlyMetadata ? objectMetadata : wholeObject;
    const rows =
      onlyMetadata || collection
        ? 'CROSS JOIN resources r ON r.id = j.value CROSS JOIN objects o ON o.id = r.id'
        : 'CROSS JOIN objects o ON o.id = j.value';
    const types = collection ? 'group_concat(type_id)' : 'NULL';
    const type = collection ? ', r.type_id' : '';
    return this.#database
      .prepare(
        `SELECT CAST(group_concat(json, ',') AS BLOB), count(*), group_concat(octet_length(json)), group_concat(id), ${types}
         FROM (SELECT o.id, ${json} AS json${type} FROM json_each(?) j ${rows})`,
      )
      .raw();
  }
}

export function splitNumbers(text: string): readonly number[] {
  return text === '' ? [] : text.split(',').map(Number);
}
