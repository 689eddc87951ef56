import type { ObjectEvent } from '@clusterdex/storage-contract';
import type Database from 'better-sqlite3';

/** Writes what is not an object: events and inventories. */
export class AuxiliaryWriter {
  readonly #database: Database.Database;
  readonly #statements;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#statements = {
      event: database.prepare(
        `INSERT INTO events (cluster, involved_uid, event_uid, event_key, resource_version, recorded_at, event)
           VALUES (?, ?, ?, ?, ?, ?, CAST(? AS TEXT))
           ON CONFLICT DO UPDATE SET event_key = excluded.event_key, resource_version = excluded.resource_version,
             recorded_at = excluded.recorded_at, event = excluded.event`,
      ),
      expire: database.prepare('DELETE FROM events WHERE cluster = ? AND involved_uid = ? AND event_uid = ?'),
      inventory: database.prepare(
        'INSERT INTO clusters (name, inventory) VALUES (?, ?) ON CONFLICT DO UPDATE SET inventory = excluded.inventory',
      ),
      forgetEvents: database.prepare('DELETE FROM events WHERE cluster = ?'),
      forgetCluster: database.prepare('DELETE FROM clusters WHERE name = ?'),
    };
  }

  recordEvents(cluster: string, events: readonly ObjectEvent[]): undefined {
    this.#database
      .transaction(() => {
        for (const [index, { involvedUid, eventUid, key, resourceVersion, json }] of events.entries()) {
          if (json.length === 0) {
            this.#statements.expire.run(cluster, involvedUid, eventUid);
            continue;
          }
          // The index keeps the order of events that are recorded together.
          const recordedAt = Date.now() * 1000 + index;
          const bytes = Buffer.from(json.buffer, json.byteOffset, json.length);
          this.#statements.event.run(cluster, involvedUid, eventUid, key, resourceVersion, BigInt(recordedAt), bytes);
        }
      })
      .immediate();
  }

  putInventory(cluster: string, inventory: string): undefined {
    this.#statements.inventory.run(cluster, inventory);
  }

  forgetCluster(cluster: string): undefined {
    this.#database
      .transaction(() => {
        this.#statements.forgetEvents.run(cluster);
        this.#statements.forgetCluster.run(cluster);
      })
      .immediate();
  }
}
