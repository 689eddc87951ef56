import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestHost } from '@clusterdex/storage-contract/conformance';
import pg from 'pg';
import plugin from 'postgres-storage';
import { defaults } from './defaults.js';
import type { ServerKind } from './server-kind.js';

const address = process.env.CLUSTERDEX_TEST_POSTGRES;

export const postgres: ServerKind = {
  name: 'postgres',
  capabilities: plugin.capabilities,
  address,
  notRun: 'not run: no PostgreSQL; npm test starts one where it is installed, CLUSTERDEX_TEST_POSTGRES names one',
  open: (schema, { config, host } = {}) =>
    plugin.createStorageFactory(
      {
        ...(address !== undefined && { dsn: address }),
        ...defaults,
        preparedStatements: true,
        fullTextIndex: true,
        schema,
        ...config,
      },
      { ...createTestHost('/nonexistent'), ...host },
    ),
  async connect(connectionString) {
    const client = new pg.Client({ connectionString });
    client.on('error', () => {});
    await client.connect();
    return { query: async (text) => (await client.query(text)).rows ?? [], end: () => client.end() };
  },
  drop: (store) => `DROP SCHEMA IF EXISTS ${store} CASCADE`,
  create: (store) => `CREATE SCHEMA ${store}`,
  countTables: (store) => `SELECT count(*)::int AS count FROM pg_tables WHERE schemaname = '${store}'`,
  resourceVersions: (store) => `SELECT resource_version FROM ${store}.resources`,
  countBatches: (store) =>
    `SELECT cluster || ' ' || split_part(name, '-', 2) AS batch, count(*)::int AS count FROM ${store}.resources GROUP BY 1`,

  sleep: (seconds) => `name = ? OR pg_sleep(${seconds}) IS NOT NULL`,
  countSleeping: `SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event = 'PgSleep'`,
  async cancelSleeping(client) {
    await client.query(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`);
  },
  colorOfData: "object -> 'data' ->> 'color' = ?",
  readsResources: /Scan (?:using \w+ )?on resources/,

  lockObjects: (store) => ["SET deadlock_timeout = '60s'", 'BEGIN', `SELECT id FROM ${store}.resources FOR UPDATE`],
  countWaiting: `SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%UPDATE resources%'`,
  lockOfWriter: (store) => `SELECT pg_advisory_xact_lock(id, hashtext('c')) FROM ${store}.types`,
  looksForDeadlocksSoon: { deadlock_timeout: '500ms' },
  failToSerialize(store, every) {
    if (every === undefined) return [`DROP TRIGGER fail ON ${store}.revision`];
    const condition = every === 'none' ? '' : `IF nextval('${store}.tries') % 4 <> 0 THEN`;
    return [
      `CREATE SEQUENCE IF NOT EXISTS ${store}.tries`,
      `CREATE OR REPLACE FUNCTION ${store}.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${condition}
        RAISE EXCEPTION 'could not serialize' USING ERRCODE = '40001'; ${every === 'none' ? '' : 'END IF;'}
        RETURN NULL; END $$`,
      `CREATE OR REPLACE TRIGGER fail AFTER UPDATE ON ${store}.revision FOR EACH STATEMENT EXECUTE FUNCTION ${store}.fail()`,
    ];
  },
  strictIsolation: { default_transaction_isolation: 'serializable' },

  async createUser(server, { name, password }) {
    const client = await this.connect(server.address);
    await client.query(`CREATE ROLE ${name} LOGIN SUPERUSER PASSWORD '${password}'`);
    const rules = `host all ${name} all scram-sha-256\nhost all all all trust\n`;
    writeFileSync(join(server.folder, 'data/pg_hba.conf'), rules);
    await client.query('SELECT pg_reload_conf()');
    await client.end();
  },
  wrongPassword: 'password authentication failed',
  leaveNoRoom: (user) => `ALTER ROLE ${user} NOSUPERUSER CONNECTION LIMIT 0`,
  withoutTls: { ssl: 'off' },
  withTls: ({ certificate, key }) => ({ ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key }),
  countEncrypted: `SELECT count(*)::int AS count FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) WHERE ssl AND application_name = 'clusterdex'`,
  killSignals: ['SIGKILL', 'SIGQUIT'],
  async moveToDisk(server, { folder }) {
    if (server.user.uid !== undefined) chownSync(folder, server.user.uid, server.user.gid ?? 0);
    const client = await this.connect(server.address);
    await client.query(`CREATE TABLESPACE small LOCATION '${folder}'`);
    await client.end();
    return { params: { default_tablespace: 'small' } };
  },
};
