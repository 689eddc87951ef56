import { requireCheckStore, type StoreRemover } from '@clusterdex/storage-contract';
import { verbatim } from '@clusterdex/storage-sql';
import type { PostgresDatabase } from './postgres-database.js';

export function createStoreRemover(database: PostgresDatabase, schema: string): StoreRemover {
  return {
    async removeStore(checkName) {
      requireCheckStore(schema, checkName);
      const drop = verbatim(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
      await database.transaction((connection) => connection.query(drop));
    },
  };
}
