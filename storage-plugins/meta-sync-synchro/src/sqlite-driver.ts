import SqliteDatabase from 'better-sqlite3';
import { insertRows, otherColumns } from './insert-rows.js';
import type { MirrorDriver } from './mirror.js';
import { keyColumns } from './row.js';

export async function openSqlite(file: string): Promise<MirrorDriver> {
  const database = new SqliteDatabase(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = NORMAL');
  const updates = otherColumns.map((name) => `${name} = excluded.${name}`).join(', ');
  const runAll = database.transaction((statements: Parameters<MirrorDriver['run']>[0]) => {
    for (const { sql, values } of statements) database.prepare(sql).run(...values);
  });
  return {
    keyText: 'text',
    text: 'text',
    upsert: (table, rows) =>
      `${insertRows(table, rows)} ON CONFLICT (${keyColumns.join(', ')}) DO UPDATE SET ${updates}`,
    async run(statements) {
      runAll(statements);
    },
    async close() {
      database.close();
    },
  };
}
