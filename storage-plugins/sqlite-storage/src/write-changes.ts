import type { FieldPath, ResourceType, WriteResult } from '@clusterdex/storage-contract';
import { compareResourceVersions } from '@clusterdex/storage-contract/selection';
import { fieldLabelsOf, storedLabelName } from '@clusterdex/storage-sql';
import type Database from 'better-sqlite3';
import { ChangeLog } from './change-log.js';
import type { Dictionaries } from './dictionaries.js';
import type { FieldIndexWriter } from './field-index-writer.js';
import { type PackedChanges, type UnpackedUpsert, unpackChanges } from './pack-changes.js';
import { largestRest } from './schema.js';

const largestInteger = 2n ** 63n - 1n;

interface StoredRow {
  readonly id: number;
  readonly resource_version: string;
  readonly size: number;
  readonly label_ids: string;
  readonly uid: string;
}

interface Place {
  readonly typeId: number;
  readonly cluster: string;
}

function versionNumber(resourceVersion: string): bigint | null {
  if (!/^\d{1,19}$/.test(resourceVersion)) return null;
  const number = BigInt(resourceVersion);
  return number <= largestInteger ? number : null;
}

interface ChangeWriterParts {
  readonly dictionaries: Dictionaries;
  readonly fields: FieldIndexWriter;
  readonly historyChanges: number;
}

/** Applies batches of changes; each batch is one transaction. */
export class ChangeWriter {
  readonly #database: Database.Database;
  readonly #statements;
  readonly #dictionaries: Dictionaries;
  readonly #fields: FieldIndexWriter;
  /** By which objects of the type that is being written are kept. */
  #paths: readonly FieldPath[] = [];
  readonly #log: ChangeLog;

  constructor(database: Database.Database, { dictionaries, fields, historyChanges }: ChangeWriterParts) {
    this.#database = database;
    this.#dictionaries = dictionaries;
    this.#fields = fields;
    this.#log = new ChangeLog(database, historyChanges);
    this.#statements = {
      find: database.prepare(
        'SELECT id, resource_version, size, label_ids, uid FROM resources WHERE type_id = ? AND cluster = ? AND namespace = ? AND name = ?',
      ),
      insert: database.prepare(
        `INSERT INTO resources (id, type_id, cluster, namespace, name, uid, owner_uid, resource_version, version_number, created_at,
           synced_at, metadata_end, size, label_ids) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      update: database.prepare(
        `UPDATE resources SET uid = ?, owner_uid = ?, resource_version = ?, version_number = ?, created_at = ?, synced_at = ?,
           metadata_end = ?, size = ?, label_ids = ? WHERE id = ?`,
      ),
      insertObject: database.prepare(
        'INSERT INTO objects (row_text, metadata, object, id) VALUES (?, CAST(? AS TEXT), CAST(? AS TEXT), ?)',
      ),
      updateObject: database.prepare(
        'UPDATE objects SET row_text = ?, metadata = CAST(? AS TEXT), object = CAST(? AS TEXT) WHERE id = ?',
      ),
      updateRow: database.prepare('UPDATE objects SET row_text = @row WHERE id = @id AND row_text IS NOT @row'),
      sameObject: database.prepare('SELECT object = CAST(? AS TEXT) FROM objects WHERE id = ?').pluck(),
      attach: database.prepare('INSERT INTO object_labels (label_id, object_id) VALUES (?, ?)'),
      detach: database.prepare('DELETE FROM object_labels WHERE label_id = ? AND object_id = ?'),
      delete: database.prepare('DELETE FROM resources WHERE id = ?'),
      deleteObject: database.prepare('DELETE FROM objects WHERE id = ?'),
      some: database.prepare('SELECT id, label_ids FROM resources WHERE type_id = ? AND cluster = ? LIMIT ?'),
      forgetEvents: database.prepare('DELETE FROM events WHERE cluster = ? AND involved_uid = ?'),
    };
  }

  write(type: ResourceType, cluster: string, changes: PackedChanges): WriteResult {
    return this.#transaction(() => {
      const typeId = this.#dictionaries.typeId(type);
      this.#paths = this.#fields.paths(type);
      const syncedAt = Date.now();
      let written = 0;
      for (const change of unpackChanges(changes)) {
        const row = this.#statements.find.get(typeId, cluster, change.namespace, change.name) as StoredRow | undefined;
        if (change.type === 'delete') {
          if (row === undefined || compareResourceVersions(change.resourceVersion, row.resource_version) < 0) continue;
          this.#remove(row, { typeId, cluster });
          this.#statements.forgetEvents.run(cluster, row.uid);
        } else {
          if (row === undefined) this.#insert({ typeId, cluster, syncedAt }, change);
          else if (!this.#replace({ typeId, cluster, syncedAt }, row, change)) continue;
          else if (row.uid !== change.uid) this.#statements.forgetEvents.run(cluster, row.uid);
        }
        written++;
      }
      return { written, unchanged: changes.count - written };
    });
  }

  /** Removes at most `limit` objects of the cluster, of one type or of all; returns how many it removed. */
  clean(cluster: string, type: ResourceType | undefined, limit: number): number {
    return this.#transaction(() => {
      const typeIds = type === undefined ? this.#dictionaries.allTypeIds() : [this.#dictionaries.typeId(type)];
      let removed = 0;
      for (const typeId of typeIds) {
        const rows = this.#statements.some.all(typeId, cluster, limit - removed) as StoredRow[];
        for (const row of rows) this.#remove(row, { typeId, cluster });
        removed += rows.length;
        if (removed >= limit) break;
      }
      return removed;
    });
  }

  #transaction<Result>(work: () => Result): Result {
    try {
      return this.#database
        .transaction(() => {
          this.#log.begin();
          const result = work();
          this.#log.end();
          return result;
        })
        .immediate();
    } catch (error) {
      this.#dictionaries.forget();
      throw error;
    }
  }

  #insert(place: Place & { readonly syncedAt: number }, change: UnpackedUpsert): void {
    const labelIds = this.#labels(change);
    const id = this.#log.nextId();
    this.#statements.insert.run(
      id,
      place.typeId,
      place.cluster,
      change.namespace,
      change.name,
      change.uid,
      change.ownerUid,
      change.resourceVersion,
      versionNumber(change.resourceVersion),
      change.createdAt,
      place.syncedAt,
      change.metadataEnd,
      change.json.length,
      labelIds.join(),
    );
    this.#statements.insertObject.run(change.row, metadataApart(change), change.json, id);
    for (const labelId of labelIds) this.#statements.attach.run(labelId, id);
    this.#log.record('create', { ...place, id });
  }

  /** Returns false when the object stays what it is: older than what is stored, or the same, perhaps with another row. */
  #replace(place: Place & { readonly syncedAt: number }, row: StoredRow, change: UnpackedUpsert): boolean {
    const newer = compareResourceVersions(change.resourceVersion, row.resource_version);
    if (newer < 0) return false;
    if (newer === 0 && row.resource_version === change.resourceVersion && row.size === change.json.length) {
      if (this.#statements.sameObject.get(change.json, row.id) === 1) {
        if (change.row !== null && this.#statements.updateRow.run({ row: change.row, id: row.id }).changes > 0) {
          this.#log.recordRows();
        }
        return false;
      }
    }
    this.#log.record('replace', { ...place, id: row.id });
    const labelIds = this.#labels(change);
    const before = row.label_ids;
    const after = labelIds.join();
    this.#statements.update.run(
      change.uid,
      change.ownerUid,
      change.resourceVersion,
      versionNumber(change.resourceVersion),
      change.createdAt,
      place.syncedAt,
      change.metadataEnd,
      change.json.length,
      after,
      row.id,
    );
    this.#statements.updateObject.run(change.row, metadataApart(change), change.json, row.id);
    if (before !== after) {
      for (const labelId of splitIds(before)) this.#statements.detach.run(labelId, row.id);
      for (const labelId of labelIds) this.#statements.attach.run(labelId, row.id);
    }
    return true;
  }

  #remove({ id, label_ids }: Pick<StoredRow, 'id' | 'label_ids'>, place: Place): void {
    this.#log.record('delete', { ...place, id });
    for (const labelId of splitIds(label_ids)) this.#statements.detach.run(labelId, id);
    this.#statements.delete.run(id);
    this.#statements.deleteObject.run(id);
  }

  #labels(change: UnpackedUpsert): number[] {
    const ids: number[] = [];
    for (let index = 0; index < change.labels.length; index += 2) {
      ids.push(this.#dictionaries.labelId(storedLabelName(change.labels[index] ?? ''), change.labels[index + 1] ?? ''));
    }
    for (const [name, value] of fieldLabelsOf(change.json, this.#paths)) {
      ids.push(this.#dictionaries.labelId(name, value));
    }
    return ids.sort((left, right) => left - right);
  }
}

/** The object reduced to its metadata, where what follows that is more than is read by the way. */
function metadataApart({ json, metadataEnd }: UnpackedUpsert): Buffer | null {
  if (json.length - metadataEnd <= largestRest) return null;
  return Buffer.concat([json.subarray(0, metadataEnd), closingBrace]);
}

const closingBrace = Buffer.from('}');

const splitIds = (text: string): number[] => (text === '' ? [] : text.split(',').map(Number));
