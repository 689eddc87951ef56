import type { ObjectEvent } from '@clusterdex/storage-contract';
import { compareText } from '@clusterdex/storage-contract/selection';
import { sql, verbatim } from '../sql.js';
import type { SqlBackend } from './sql-backend.js';
import { textOf } from './values.js';

/** Attaches events to objects by uid; of the same event twice the last one counts. */
export async function recordEvents(
  backend: SqlBackend,
  cluster: string,
  events: readonly ObjectEvent[],
): Promise<void> {
  const now = Date.now() * 1000;
  // The place keeps the order of events that are recorded together.
  const dated = events.map((event, place) => ({ ...event, recordedAt: now + place }));
  const last = new Map(dated.map((event) => [`${event.involvedUid}\0${event.eventUid}`, event]));
  // In one order everywhere, so that two writers do not wait for each other in a circle.
  const sorted = [...last].sort(([a], [b]) => compareText(a, b)).map(([, event]) => event);
  const expired = sorted.filter(({ json }) => json.length === 0);
  const current = expired.length === 0 ? sorted : sorted.filter(({ json }) => json.length > 0);
  if (current.length > 0) await backend.recordEvents(cluster, current);
  if (expired.length > 0) await expire(backend, cluster, expired);
}

async function expire({ database }: SqlBackend, cluster: string, events: readonly ObjectEvent[]): Promise<void> {
  await database.transaction(async (connection) => {
    for (const { involvedUid, eventUid } of events) {
      await connection.query(
        sql`DELETE FROM events WHERE cluster = ${cluster} AND involved_uid = ${involvedUid} AND event_uid = ${eventUid}`,
      );
    }
  });
}

export async function inventories({ database }: SqlBackend): Promise<readonly string[]> {
  const rows = await database.query(verbatim('SELECT inventory FROM clusters ORDER BY name'));
  return rows.map(([inventory]) => textOf(inventory ?? ''));
}

/** What is not an object: events and inventory. */
export async function forgetCluster({ database }: SqlBackend, cluster: string): Promise<void> {
  await database.transaction(async (connection) => {
    await connection.query(sql`DELETE FROM events WHERE cluster = ${cluster}`);
    await connection.query(sql`DELETE FROM clusters WHERE name = ${cluster}`);
  });
}
