import { createStorageError, type StorageSchema } from '@clusterdex/storage-contract';
import { type SqlConnection, sql, verbatim } from '@clusterdex/storage-sql';
import type { PostgresDatabase } from './postgres-database.js';
import { migrations } from './schema.js';

/** Any number that is always the same: whoever migrates holds the lock of this name. */
const migrationLock = 0x636c6478;

/** Brings the schema up to date; of several that start at once one does it, the others find it done. */
export async function migrate(database: PostgresDatabase, schema: string): Promise<StorageSchema> {
  const version = migrations.length;
  const before = await currentVersion(database, schema);
  if (before === version) return { version, found: before };
  await database.transaction(async (connection) => {
    await connection.query(sql`SELECT pg_advisory_xact_lock(${migrationLock}::bigint)`);
    const found = await readVersion(connection, schema);
    if (found === undefined) {
      await refuseForeignTables(connection, schema);
      await run(connection, `CREATE SCHEMA IF NOT EXISTS "${schema}"`);
      await run(connection, 'CREATE TABLE clusterdex_schema (version integer NOT NULL)');
      await run(connection, 'INSERT INTO clusterdex_schema VALUES (0)');
    }
    for (const migration of migrations.slice(refuseNewer(found ?? 0, database, schema)))
      await run(connection, migration);
    await connection.query(sql`UPDATE clusterdex_schema SET version = ${migrations.length}`);
  });
  return before === undefined ? { version } : { version, found: before };
}

async function currentVersion(database: PostgresDatabase, schema: string): Promise<number | undefined> {
  const found = await database.snapshot((connection) => readVersion(connection, schema));
  return found === undefined ? undefined : refuseNewer(found, database, schema);
}

/** undefined when the schema is not ours yet. */
async function readVersion(connection: SqlConnection, schema: string): Promise<number | undefined> {
  const [encoding] = await connection.query(verbatim("SELECT current_setting('server_encoding')"));
  if (encoding?.[0] !== 'UTF8') {
    throw createStorageError('INVALID', `the database has the encoding ${encoding?.[0]}; expected UTF8`);
  }
  const table = `"${schema}".clusterdex_schema`;
  const [exists] = await connection.query(sql`SELECT to_regclass(${table}) IS NOT NULL`);
  if (exists?.[0] !== true) return undefined;
  const [row] = await connection.query(verbatim(`SELECT version FROM ${table}`));
  return Number(row?.[0] ?? 0);
}

function refuseNewer(found: number, { server }: PostgresDatabase, schema: string): number {
  if (found <= migrations.length) return found;
  throw createStorageError(
    'INVALID',
    `${server} has schema version ${found} in "${schema}", this version of the postgres storage knows versions up to ${migrations.length}; use a newer one`,
  );
}

async function refuseForeignTables(connection: SqlConnection, schema: string): Promise<void> {
  const [found] = await connection.query(
    sql`SELECT count(*), min(relname::text) FROM pg_class WHERE relnamespace = to_regnamespace(${`"${schema}"`}) AND relkind IN ('r', 'p', 'v')`,
  );
  if (found === undefined || Number(found[0]) === 0) return;
  throw createStorageError(
    'INVALID',
    `the schema "${schema}" holds tables of another program (${found[1]}); name another schema`,
  );
}

/** Several statements at once, without parameters. */
const run = (connection: SqlConnection, text: string) => connection.query(verbatim(text));
