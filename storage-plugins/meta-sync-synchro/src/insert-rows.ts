import { columns } from './row.js';

export const otherColumns = columns.slice(5);

/** `INSERT INTO table (…) VALUES (?, …), …` of so many rows. */
export function insertRows(table: string, rows: number): string {
  const values = `(${columns.map(() => '?').join(', ')})`;
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${Array.from({ length: rows }, () => values).join(', ')}`;
}
