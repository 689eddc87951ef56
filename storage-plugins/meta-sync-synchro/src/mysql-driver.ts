import { createPool } from 'mysql2/promise';
import { insertRows, otherColumns } from './insert-rows.js';
import type { MirrorDriver } from './mirror.js';

export async function openMysql(address: string): Promise<MirrorDriver> {
  const pool = createPool({ uri: address, connectionLimit: 2, connectTimeout: 10_000, charset: 'utf8mb4' });
  const updates = otherColumns.map((name) => `${name} = VALUES(${name})`).join(', ');
  return {
    // Names of Kubernetes have at most 253 characters of ASCII; an index of InnoDB holds 3072 bytes.
    keyText: 'varchar(253) CHARACTER SET ascii COLLATE ascii_bin',
    text: 'text CHARACTER SET utf8mb4',
    upsert: (table, rows) => `${insertRows(table, rows)} ON DUPLICATE KEY UPDATE ${updates}`,
    async run(statements) {
      const connection = await pool.getConnection();
      try {
        await connection.beginTransaction();
        for (const { sql, values } of statements) await connection.query(sql, [...values]);
        await connection.commit();
        connection.release();
      } catch (error) {
        connection.destroy();
        throw error;
      }
    },
    close: () => pool.end(),
  };
}
