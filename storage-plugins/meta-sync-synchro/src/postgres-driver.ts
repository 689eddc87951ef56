import pg from 'pg';
import { insertRows, otherColumns } from './insert-rows.js';
import type { MirrorDriver } from './mirror.js';
import { keyColumns } from './row.js';

export async function openPostgres(address: string): Promise<MirrorDriver> {
  const pool = new pg.Pool({ connectionString: address, max: 2, connectionTimeoutMillis: 10_000 });
  // A connection that breaks while nobody uses it is replaced.
  pool.on('error', () => {});
  const updates = otherColumns.map((name) => `${name} = excluded.${name}`).join(', ');
  return {
    keyText: 'text',
    text: 'text',
    upsert: (table, rows) =>
      `${insertRows(table, rows)} ON CONFLICT (${keyColumns.join(', ')}) DO UPDATE SET ${updates}`,
    async run(statements) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query('BEGIN');
        for (const { sql, values } of statements) await client.query(numbered(sql), [...values]);
        await client.query('COMMIT');
      } catch (error) {
        broken = error instanceof Error ? error : new Error(String(error));
        throw error;
      } finally {
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

function numbered(sql: string): string {
  let count = 0;
  return sql.replaceAll('?', () => `$${++count}`);
}
