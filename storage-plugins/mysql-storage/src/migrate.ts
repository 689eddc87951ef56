import { createStorageError, type StorageSchema } from '@clusterdex/storage-contract';
import { type SqlConnection, sql, verbatim } from '@clusterdex/storage-sql';
import type { MysqlDatabase } from './mysql-database.js';
import { migrations } from './schema.js';

const lockSeconds = 60;

/** Brings the schema up to date; of several that start at once one does it, the others find it done. */
export async function migrate(database: MysqlDatabase): Promise<StorageSchema> {
  const version = migrations.length;
  return database.session(async (connection) => {
    const before = await readVersion(connection, database);
    if (before === version) return { version, found: before };
    // A lock has a name on the whole server, so the name of the database belongs to it.
    const name = verbatim("concat('clusterdex:', md5(database()))");
    const [locked] = await connection.query(sql`SELECT get_lock(${name}, ${lockSeconds})`);
    if (locked?.[0] !== 1) {
      throw createStorageError(
        'UNAVAILABLE',
        `another process migrates ${database.server} for ${lockSeconds} s already`,
      );
    }
    try {
      await migrateAlone(connection, database);
    } finally {
      await connection.query(sql`SELECT release_lock(${name})`);
    }
    return before === undefined ? { version } : { version, found: before };
  });
}

async function migrateAlone(connection: SqlConnection, database: MysqlDatabase): Promise<void> {
  const found = await readVersion(connection, database);
  if (found === undefined) {
    await refuseForeignTables(connection, database);
    await connection.query(verbatim('CREATE TABLE clusterdex_schema (version INT NOT NULL) ENGINE=InnoDB'));
  }
  for (const migration of migrations.slice(found ?? 0)) {
    for (const statement of migration) await connection.query(verbatim(statement));
  }
  // At the very end: a migration that was cut off is begun again.
  await connection.query(verbatim('DELETE FROM clusterdex_schema'));
  await connection.query(sql`INSERT INTO clusterdex_schema VALUES (${migrations.length})`);
}

/** undefined when the database is not ours yet. Throws INVALID for a newer version than is known. */
async function readVersion(connection: SqlConnection, { server }: MysqlDatabase): Promise<number | undefined> {
  const [exists] = await connection.query(
    verbatim(
      "SELECT count(*) FROM information_schema.tables WHERE table_schema = database() AND table_name = 'clusterdex_schema'",
    ),
  );
  if (Number(exists?.[0]) === 0) return undefined;
  const [row] = await connection.query(verbatim('SELECT version FROM clusterdex_schema'));
  const found = Number(row?.[0] ?? 0);
  if (found <= migrations.length) return found;
  throw createStorageError(
    'INVALID',
    `${server} has schema version ${found}, this version of the mysql storage knows versions up to ${migrations.length}; use a newer one`,
  );
}

async function refuseForeignTables(connection: SqlConnection, { server }: MysqlDatabase): Promise<void> {
  const [found] = await connection.query(
    verbatim('SELECT count(*), min(table_name) FROM information_schema.tables WHERE table_schema = database()'),
  );
  if (found === undefined || Number(found[0]) === 0) return;
  throw createStorageError(
    'INVALID',
    `${server} holds tables of another program (${found[1]}); name a database of its own`,
  );
}
