import type Database from 'better-sqlite3';
import { objectMetadata, type PackedForm, type PackedObjects, splitNumbers, wholeObject } from './packed-reader.js';

/** Whether the row of an object begins as was asked for. */
export const hasRow = 'coalesce(substr(o.row_text, 1, length(@prefix)) = @prefix, 0)';

export const requestedRow = `CASE WHEN ${hasRow} THEN o.row_text END`;

/** The JSON of an object that comes with its row, or without: only those with a row are reduced. */
export function jsonBesideRow(onlyMetadata: boolean): string {
  return onlyMetadata ? `CASE WHEN ${hasRow} THEN ${objectMetadata} ELSE ${wholeObject} END` : wholeObject;
}

/** Neither in a name nor in a row. */
const separator = '\0';

/** Cluster, namespace, name and row of object after object; '' where there is no row. */
export const splitFields = (fields: string): readonly string[] => fields.split(separator);

/** Reads objects with their rows, joined by SQLite itself. */
export class RowReader {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** The objects that still exist, in the order of their ids. */
  read(ids: Float64Array, form: PackedForm, prefix: string): PackedObjects {
    const row = this.#statement(form).get({ ids: `[${ids.join()}]`, prefix });
    const [joined, count, lengths, found, typeIds, fields] = row as [
      Uint8Array | null,
      number,
      string | number | null,
      string | number | null,
      string | number | null,
      string | null,
    ];
    return {
      joined: joined ?? new Uint8Array(0),
      count,
      lengths: String(lengths ?? ''),
      ids: String(found ?? ''),
      typeIds: form.collection ? splitNumbers(String(typeIds ?? '')) : undefined,
      fields: fields ?? '',
    };
  }

  #statement({ onlyMetadata, collection }: PackedForm): Database.Statement {
    const key = `${onlyMetadata} ${collection}`;
    let statement = this.#statements.get(key);
    if (statement === undefined) {
      statement = this.#database
        .prepare(
          `SELECT CAST(group_concat(json, ',') AS BLOB), count(*), group_concat(octet_length(json)), group_concat(id),
             ${collection ? 'group_concat(type_id)' : 'NULL'},
             group_concat(cluster || char(0) || namespace || char(0) || name || char(0) || row_text, char(0))
           FROM (SELECT ${jsonBesideRow(onlyMetadata)} AS json, r.id, r.type_id, r.cluster, r.namespace, r.name,
               coalesce(${requestedRow}, '') AS row_text
             FROM json_each(@ids) j CROSS JOIN resources r ON r.id = j.value CROSS JOIN objects o ON o.id = r.id)`,
        )
        .raw();
      this.#statements.set(key, statement);
    }
    return statement;
  }
}
