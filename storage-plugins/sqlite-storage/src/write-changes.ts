import type { ResourceType, WriteResult } from '@clusterdex/storage-contract';
import { compareResourceVersions } from '@clusterdex/storage-contract/selection';
import type Database from 'better-sqlite3';
import type { PackedChanges, PackedUpsert } from './pack-changes.js';

const labelCacheCapacity = 200_000;
const largestInteger = 2n ** 63n - 1n;

interface StoredRow {
  readonly id: number;
  readonly resource_version: string;
  readonly size: number;
  readonly label_ids: string;
  readonly uid: string;
}

function versionNumber(resourceVersion: string): bigint | null {
  if (!/^\d{1,19}$/.test(resourceVersion)) return null;
  const number = BigInt(resourceVersion);
  return number <= largestInteger ? number : null;
}

/** Applies batches of changes; each batch is one transaction. Rows of types and labels are never deleted, so their ids may be kept. */
export class ChangeWriter {
  readonly #database: Database.Database;
  readonly #statements;
  readonly #typeIds = new Map<string, number>();
  readonly #labelIds = new Map<string, number>();

  constructor(database: Database.Database) {
    this.#database = database;
    this.#statements = {
      type: database.prepare('SELECT id FROM types WHERE api_group = ? AND version = ? AND resource = ?').pluck(),
      insertType: database.prepare(
        'INSERT INTO types (api_group, version, resource, kind, namespaced) VALUES (?, ?, ?, ?, ?)',
      ),
      find: database.prepare(
        'SELECT id, resource_version, size, label_ids, uid FROM resources WHERE type_id = ? AND cluster = ? AND namespace = ? AND name = ?',
      ),
      insert: database.prepare(
        `INSERT INTO resources (type_id, cluster, namespace, name, uid, owner_uid, resource_version, version_number, created_at,
           synced_at, metadata_end, size, label_ids) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      update: database.prepare(
        `UPDATE resources SET uid = ?, owner_uid = ?, resource_version = ?, version_number = ?, created_at = ?, synced_at = ?,
           metadata_end = ?, size = ?, label_ids = ? WHERE id = ?`,
      ),
      insertObject: database.prepare('INSERT INTO objects (id, object) VALUES (?, CAST(? AS TEXT))'),
      updateObject: database.prepare('UPDATE objects SET object = CAST(? AS TEXT) WHERE id = ?'),
      sameObject: database.prepare('SELECT object = CAST(? AS TEXT) FROM objects WHERE id = ?').pluck(),
      label: database.prepare('SELECT id FROM labels WHERE name = ? AND value = ?').pluck(),
      insertLabel: database.prepare('INSERT INTO labels (name, value) VALUES (?, ?)'),
      attach: database.prepare('INSERT INTO object_labels (label_id, object_id) VALUES (?, ?)'),
      detach: database.prepare('DELETE FROM object_labels WHERE label_id = ? AND object_id = ?'),
      delete: database.prepare('DELETE FROM resources WHERE id = ?'),
      deleteObject: database.prepare('DELETE FROM objects WHERE id = ?'),
      some: database.prepare('SELECT id, label_ids FROM resources WHERE type_id = ? AND cluster = ? LIMIT ?'),
      types: database.prepare('SELECT id FROM types').pluck(),
      forgetEvents: database.prepare('DELETE FROM events WHERE cluster = ? AND involved_uid = ?'),
      bump: database.prepare('UPDATE revision SET revision = revision + 1'),
    };
  }

  write(type: ResourceType, cluster: string, changes: PackedChanges): WriteResult {
    return this.#transaction(() => {
      const typeId = this.#typeId(type);
      const syncedAt = Date.now();
      let written = 0;
      for (const change of changes.rows) {
        const row = this.#statements.find.get(typeId, cluster, change.namespace, change.name) as StoredRow | undefined;
        if (change.type === 'delete') {
          if (row === undefined || compareResourceVersions(change.resourceVersion, row.resource_version) < 0) continue;
          this.#remove(row);
          this.#statements.forgetEvents.run(cluster, row.uid);
        } else {
          const json = Buffer.from(changes.bytes.buffer, changes.bytes.byteOffset + change.start, change.size);
          if (row === undefined) this.#insert({ typeId, cluster, syncedAt }, change, json);
          else if (!this.#replace(row, syncedAt, change, json)) continue;
          else if (row.uid !== change.uid) this.#statements.forgetEvents.run(cluster, row.uid);
        }
        written++;
      }
      if (written > 0) this.#statements.bump.run();
      return { written, unchanged: changes.rows.length - written };
    });
  }

  /** Removes at most `limit` objects of the cluster, of one type or of all; returns how many it removed. */
  clean(cluster: string, type: ResourceType | undefined, limit: number): number {
    return this.#transaction(() => {
      const typeIds = type === undefined ? (this.#statements.types.all() as number[]) : [this.#typeId(type)];
      let removed = 0;
      for (const typeId of typeIds) {
        const rows = this.#statements.some.all(typeId, cluster, limit - removed) as StoredRow[];
        for (const row of rows) this.#remove(row);
        removed += rows.length;
        if (removed >= limit) break;
      }
      if (removed > 0) this.#statements.bump.run();
      return removed;
    });
  }

  #transaction<Result>(work: () => Result): Result {
    try {
      return this.#database.transaction(work).immediate();
    } catch (error) {
      // Ids of rows that the failed transaction inserted are not in the database.
      this.#typeIds.clear();
      this.#labelIds.clear();
      throw error;
    }
  }

  #insert(place: { typeId: number; cluster: string; syncedAt: number }, change: PackedUpsert, json: Buffer): void {
    const labelIds = this.#labels(change);
    const { lastInsertRowid } = this.#statements.insert.run(
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
      change.size,
      labelIds.join(),
    );
    this.#statements.insertObject.run(lastInsertRowid, json);
    for (const labelId of labelIds) this.#statements.attach.run(labelId, lastInsertRowid);
  }

  /** Returns false when there is nothing to do: older than what is stored, or the same. */
  #replace(row: StoredRow, syncedAt: number, change: PackedUpsert, json: Buffer): boolean {
    const newer = compareResourceVersions(change.resourceVersion, row.resource_version);
    if (newer < 0) return false;
    if (newer === 0 && row.resource_version === change.resourceVersion && row.size === change.size) {
      if (this.#statements.sameObject.get(json, row.id) === 1) return false;
    }
    const labelIds = this.#labels(change);
    const before = row.label_ids;
    const after = labelIds.join();
    this.#statements.update.run(
      change.uid,
      change.ownerUid,
      change.resourceVersion,
      versionNumber(change.resourceVersion),
      change.createdAt,
      syncedAt,
      change.metadataEnd,
      change.size,
      after,
      row.id,
    );
    this.#statements.updateObject.run(json, row.id);
    if (before !== after) {
      for (const labelId of splitIds(before)) this.#statements.detach.run(labelId, row.id);
      for (const labelId of labelIds) this.#statements.attach.run(labelId, row.id);
    }
    return true;
  }

  #remove({ id, label_ids }: Pick<StoredRow, 'id' | 'label_ids'>): void {
    for (const labelId of splitIds(label_ids)) this.#statements.detach.run(labelId, id);
    this.#statements.delete.run(id);
    this.#statements.deleteObject.run(id);
  }

  #labels(change: PackedUpsert): number[] {
    const ids: number[] = [];
    for (let index = 0; index < change.labels.length; index += 2) {
      ids.push(this.#labelId(change.labels[index] ?? '', change.labels[index + 1] ?? ''));
    }
    return ids.sort((left, right) => left - right);
  }

  #labelId(name: string, value: string): number {
    const key = `${name}\0${value}`;
    let id = this.#labelIds.get(key);
    if (id === undefined) {
      id = this.#statements.label.get(name, value) as number | undefined;
      id ??= Number(this.#statements.insertLabel.run(name, value).lastInsertRowid);
      if (this.#labelIds.size >= labelCacheCapacity) this.#labelIds.clear();
      this.#labelIds.set(key, id);
    }
    return id;
  }

  #typeId({ group, version, resource, kind, namespaced }: ResourceType): number {
    const key = `${group}/${version}/${resource}`;
    let id = this.#typeIds.get(key);
    if (id === undefined) {
      id = this.#statements.type.get(group, version, resource) as number | undefined;
      id ??= Number(
        this.#statements.insertType.run(group, version, resource, kind, Number(namespaced)).lastInsertRowid,
      );
      this.#typeIds.set(key, id);
    }
    return id;
  }
}

const splitIds = (text: string): number[] => (text === '' ? [] : text.split(',').map(Number));
