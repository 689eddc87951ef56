export interface PostgresConfig {
  readonly dsn?: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly database?: string;
  readonly schema: string;
  readonly sslMode: 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  readonly sslRootCertFile?: string;
  readonly sslCertFile?: string;
  readonly sslKeyFile?: string;
  readonly connPool: {
    readonly maxOpenConns: number;
    readonly maxWriteConns: number;
    readonly connMaxLifetimeSeconds: number;
    readonly waitMilliseconds: number;
  };
  readonly params: Readonly<Record<string, string>>;
  readonly statementTimeoutMilliseconds: number;
  readonly slowQueryMilliseconds: number;
  readonly preparedStatements: boolean;
  readonly historyChanges: number;
  readonly objectCacheMegabytes: number;
}

const file = { type: 'string', minLength: 1 } as const;

export const configSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  additionalProperties: false,
  properties: {
    dsn: {
      type: 'string',
      minLength: 1,
      description: 'postgres://user@host:port/database; single keys win over its parts.',
    },
    host: {
      type: 'string',
      minLength: 1,
      description: 'Name, address, or folder of the Unix socket (default: PGHOST, else localhost).',
    },
    port: { type: 'integer', minimum: 1, maximum: 65535, description: 'Default: PGPORT, else 5432.' },
    user: { type: 'string', minLength: 1, description: 'Default: PGUSER, else the user of the process.' },
    password: { type: 'string', description: 'Better in passwordFile or in the environment variable DB_PASSWORD.' },
    passwordFile: {
      ...file,
      description: 'A file that holds the password; read again for each connection, so it may change.',
    },
    database: { type: 'string', minLength: 1, description: 'Default: PGDATABASE, else the name of the user.' },
    schema: {
      type: 'string',
      pattern: '^[A-Za-z_][A-Za-z0-9_]{0,62}$',
      default: 'clusterdex',
      description: 'The schema that holds the tables; created when it does not exist.',
    },
    sslMode: {
      enum: ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'],
      default: 'prefer',
      description: 'As in libpq: prefer and require encrypt without checking who answers.',
    },
    sslRootCertFile: {
      ...file,
      description: 'Certificates (PEM) of the authorities that are trusted; default: those of Node.',
    },
    sslCertFile: { ...file, description: 'A client certificate (PEM); with sslKeyFile.' },
    sslKeyFile: { ...file, description: 'Its key (PEM).' },
    connPool: {
      type: 'object',
      additionalProperties: false,
      default: {},
      properties: {
        maxOpenConns: {
          type: 'integer',
          minimum: 1,
          maximum: 1000,
          default: 10,
          description: 'Connections for reads.',
        },
        maxWriteConns: {
          type: 'integer',
          minimum: 1,
          maximum: 100,
          default: 4,
          description: 'Connections for writes: a read never waits behind one.',
        },
        connMaxLifetimeSeconds: { type: 'integer', minimum: 0, default: 0, description: '0: without end.' },
        waitMilliseconds: {
          type: 'integer',
          minimum: 1,
          default: 10000,
          description: 'How long to wait for a connection, new or free, before it is UNAVAILABLE.',
        },
      },
    },
    params: {
      type: 'object',
      default: {},
      additionalProperties: { type: 'string' },
      description: 'Settings of the session, such as work_mem.',
    },
    statementTimeoutMilliseconds: { type: 'integer', minimum: 0, default: 60000, description: '0: none.' },
    slowQueryMilliseconds: {
      type: 'integer',
      minimum: 0,
      default: 1000,
      description: 'Slower statements are logged; 0: none.',
    },
    preparedStatements: {
      type: 'boolean',
      default: true,
      description: 'false behind a pooler that does not know them.',
    },
    objectCacheMegabytes: {
      type: 'integer',
      minimum: 0,
      maximum: 65536,
      default: 32,
      description:
        'Objects of pages that are asked for again and again, and half as much for what Tables need; what was changed, by whomever, is never taken from there. 0 keeps none.',
    },
    historyChanges: {
      type: 'integer',
      minimum: 0,
      maximum: 100000000,
      default: 50000,
      description: 'How many changes are kept for watches that resume; one that is further behind has to list again.',
    },
  },
} as const;
