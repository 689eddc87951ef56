import { type ServerConfig, serverConfigSchema } from '@clusterdex/storage-sql';

export interface PostgresConfig extends ServerConfig {
  readonly schema: string;
  readonly preparedStatements: boolean;
  readonly fullTextIndex: boolean;
}

export const configSchema = serverConfigSchema(
  {
    dsn: 'postgres://user@host:port/database; single keys win over its parts.',
    host: 'Name, address, or folder of the Unix socket (default: PGHOST, else localhost).',
    port: 'Default: PGPORT, else 5432.',
    user: 'Default: PGUSER, else the user of the process.',
    passwordFile: 'A file that holds the password; read again for each connection, so it may change.',
    database: 'Default: PGDATABASE, else the name of the user.',
    sslMode: 'As in libpq: prefer and require encrypt without checking who answers.',
    params: 'Settings of the session, such as work_mem.',
  },
  {
    schema: {
      type: 'string',
      pattern: '^[A-Za-z_][A-Za-z0-9_]{0,62}$',
      default: 'clusterdex',
      description: 'The schema that holds the tables; created when it does not exist.',
    },
    preparedStatements: {
      type: 'boolean',
      default: true,
      description: 'false behind a pooler that does not know them.',
    },
    fullTextIndex: {
      type: 'boolean',
      default: true,
      description:
        'Index the words of objects, beside the writes, from the first search for words on; all servers on a database say the same. false: each such search reads every object.',
    },
  },
);
