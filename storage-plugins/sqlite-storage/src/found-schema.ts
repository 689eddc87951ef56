import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';

/** The schema version of the file as it is before it is opened for writing; undefined where there is none, or nothing readable. */
export function foundSchema(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const database = new Database(file, { readonly: true });
    try {
      return (database.pragma('user_version', { simple: true }) as number) || undefined;
    } finally {
      database.close();
    }
  } catch {
    // What is wrong with the file says whoever opens it next.
    return undefined;
  }
}
