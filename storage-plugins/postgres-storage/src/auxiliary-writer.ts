import type { ObjectEvent } from '@clusterdex/storage-contract';
import { sql, verbatim } from '@clusterdex/storage-sql';
import { versionNumber } from './apply-changes.js';
import { binaryArray } from './binary-array.js';
import type { PostgresDatabase } from './postgres-database.js';

/** Attaches events to objects by uid, in one statement; of the same event twice the last one counts. */
export async function recordEvents(
  database: PostgresDatabase,
  cluster: string,
  events: readonly ObjectEvent[],
): Promise<void> {
  // In one order everywhere, so that two writers do not wait for each other in a circle.
  const last = new Map(events.map((event) => [`${event.involvedUid}\0${event.eventUid}`, event]));
  const sorted = [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => event);
  if (sorted.length === 0) return;
  const places = new Map(events.map((event, index) => [event, index]));
  const text = (value: (event: ObjectEvent) => string | Uint8Array) => binaryArray('text', sorted.map(value));
  const now = Date.now() * 1000;
  const versions = binaryArray(
    'bigint',
    sorted.map(({ resourceVersion }) => versionNumber(resourceVersion)),
  );
  // The place keeps the order of events that are recorded together.
  const recorded = binaryArray(
    'bigint',
    sorted.map((event) => now + (places.get(event) ?? 0)),
  );
  await database.transaction((connection) =>
    connection.query(
      sql`INSERT INTO events (cluster, involved_uid, event_uid, event_key, resource_version, version_number, recorded_at, event)
        SELECT ${cluster}, x.* FROM unnest(${text(({ involvedUid }) => involvedUid)}::text[], ${text(({ eventUid }) => eventUid)}::text[],
          ${text(({ key }) => key)}::text[], ${text(({ resourceVersion }) => resourceVersion)}::text[], ${versions}::bigint[],
          ${recorded}::bigint[], ${text(({ json }) => json)}::text[]) x
        ON CONFLICT (cluster, involved_uid, event_uid) DO UPDATE SET event_key = excluded.event_key,
          resource_version = excluded.resource_version, version_number = excluded.version_number,
          recorded_at = excluded.recorded_at, event = excluded.event`,
      { name: 'events' },
    ),
  );
}

export async function putInventory(database: PostgresDatabase, cluster: string, inventory: string): Promise<void> {
  await database.transaction((connection) =>
    connection.query(
      sql`INSERT INTO clusters (name, inventory) VALUES (${cluster}, ${inventory})
        ON CONFLICT (name) DO UPDATE SET inventory = excluded.inventory`,
    ),
  );
}

export async function inventories(database: PostgresDatabase): Promise<readonly string[]> {
  const rows = await database.query(verbatim('SELECT inventory FROM clusters ORDER BY name'));
  return rows.map(([inventory]) => String(inventory));
}

/** What is not an object: events and inventory. */
export async function forgetCluster(database: PostgresDatabase, cluster: string): Promise<void> {
  await database.transaction(async (connection) => {
    await Promise.all([
      connection.query(sql`DELETE FROM events WHERE cluster = ${cluster}`),
      connection.query(sql`DELETE FROM clusters WHERE name = ${cluster}`),
    ]);
  });
}
