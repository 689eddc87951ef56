import { requireCheckStore, type StoreRemover } from '@clusterdex/storage-contract';
import { textOf, verbatim } from '@clusterdex/storage-sql';
import type { MysqlDatabase } from './mysql-database.js';

export function createStoreRemover(database: MysqlDatabase): StoreRemover {
  return {
    removeStore: (checkName) =>
      database.session(async (connection) => {
        const [row] = await connection.query(verbatim('SELECT database()'));
        const name = textOf(row?.[0] ?? '');
        requireCheckStore(name, checkName);
        await connection.query(verbatim(`DROP DATABASE IF EXISTS \`${name.replaceAll('`', '``')}\``));
      }),
  };
}
