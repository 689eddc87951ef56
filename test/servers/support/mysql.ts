import { spawnSync } from 'node:child_process';
import { chownSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createTestHost } from '@clusterdex/storage-contract/conformance';
import plugin from 'mysql-storage';
import { createConnection } from 'mysql2/promise';
import { defaults } from './defaults.js';
import type { ServerKind, TextRow } from './server-kind.js';

const address = process.env.CLUSTERDEX_TEST_MYSQL;
const running = "info LIKE '%sleep(%' AND info NOT LIKE '%processlist%'";

export const mysql: ServerKind = {
  name: 'mysql',
  capabilities: plugin.capabilities,
  address,
  notRun: 'not run: no MariaDB; npm test starts one where it is installed, CLUSTERDEX_TEST_MYSQL names one',
  open: (database, { config, host } = {}) =>
    plugin.createStorageFactory(
      { ...(address !== undefined && { dsn: address }), ...defaults, database, ...config },
      { ...createTestHost('/nonexistent'), ...host },
    ),
  async connect(uri) {
    const connection = await createConnection(uri);
    connection.on('error', () => {});
    return {
      async query(text) {
        const [rows] = await connection.query(text);
        return Array.isArray(rows) ? (rows as TextRow[]) : [];
      },
      end: () => connection.end(),
    };
  },
  drop: (store) => `DROP DATABASE IF EXISTS ${store}`,
  create: (store) => `CREATE DATABASE ${store}`,
  countTables: (store) => `SELECT count(*) AS count FROM information_schema.tables WHERE table_schema = '${store}'`,
  resourceVersions: (store) =>
    `SELECT CONVERT(resource_version USING utf8mb4) AS resource_version FROM ${store}.resources`,
  countBatches: (store) =>
    `SELECT CONVERT(concat(cluster, ' ', substring_index(substring_index(name, '-', 2), '-', -1)) USING utf8mb4) AS batch,
      count(*) AS count FROM ${store}.resources GROUP BY 1`,

  sleep: (seconds) => `name = ? OR sleep(${seconds}) = 0`,
  countSleeping: `SELECT count(*) AS count FROM information_schema.processlist WHERE ${running}`,
  async cancelSleeping(client) {
    for (const { id } of await client.query(`SELECT id AS id FROM information_schema.processlist WHERE ${running}`)) {
      await client.query(`KILL QUERY ${Number(id)}`);
    }
  },
  colorOfData: "JSON_VALUE(object, '$.data.color') = ?",
  readsResources: /(?:r|resources): \w+/,

  lockObjects: (store) => [
    'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
    // Of two that wait for each other the server gives up who has written less.
    `CREATE TABLE IF NOT EXISTS ${store}.much (id INT PRIMARY KEY) ENGINE=InnoDB`,
    'BEGIN',
    `INSERT INTO ${store}.much SELECT seq FROM ${store}.seq_1_to_20000`,
    `SELECT id FROM ${store}.objects FOR UPDATE`,
  ],
  // innodb_lock_waits is made anew only when nobody has read it for 100 ms.
  countWaiting: `SELECT CAST(variable_value AS INT) AS count FROM information_schema.global_status WHERE variable_name = 'Innodb_row_lock_current_waits'`,
  lockOfWriter: (store) => `SELECT type_id FROM ${store}.writers WHERE cluster = 'c' FOR UPDATE`,
  looksForDeadlocksSoon: {},
  failToSerialize(store, every) {
    if (every === undefined) return [`DROP TRIGGER ${store}.fail`];
    const signal = "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'could not serialize';";
    const body =
      every === 'none'
        ? signal
        : `UPDATE ${store}.tries SET tries = tries + 1; IF (SELECT tries % 4 FROM ${store}.tries) <> 0 THEN ${signal} END IF;`;
    return [
      // Not rolled back.
      `CREATE TABLE IF NOT EXISTS ${store}.tries ENGINE=MyISAM SELECT 0 AS tries`,
      `CREATE OR REPLACE TRIGGER ${store}.fail AFTER UPDATE ON ${store}.change_batches FOR EACH ROW BEGIN ${body} END`,
    ];
  },
  strictIsolation: { tx_isolation: 'SERIALIZABLE' },

  async createUser(server, { name, password }) {
    const client = await this.connect(server.address);
    await client.query(`CREATE USER ${name} IDENTIFIED BY '${password}'`);
    await client.query(`GRANT ALL ON *.* TO ${name}`);
    await client.end();
  },
  wrongPassword: 'Access denied',
  leaveNoRoom: (user) => `ALTER USER ${user} WITH MAX_USER_CONNECTIONS 1`,
  withoutTls: { ssl: '0' },
  withTls: ({ certificate, key }) => ({ 'ssl-cert': certificate, 'ssl-key': key }),
  countEncrypted: `SELECT CAST(variable_value AS INT) AS count FROM information_schema.global_status WHERE variable_name = 'Ssl_accepts'`,
  killSignals: ['SIGKILL', 'SIGTERM'],
  async moveToDisk(server, { folder, store }) {
    const storage = await this.open(store, { config: { dsn: server.address } });
    await storage.shutdown();
    await server.kill();
    const data = join(server.folder, 'data', store);
    if (server.user.uid !== undefined) chownSync(folder, server.user.uid, server.user.gid ?? 0);
    const { status } = spawnSync('cp', ['-a', `${data}/.`, folder]);
    if (status !== 0) throw new Error('the database was not copied to the small disk');
    rmSync(data, { recursive: true });
    symlinkSync(folder, data);
    await server.restart();
    return {};
  },
};
