export interface MysqlConfig {
  readonly dsn?: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly database?: string;
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
      description: 'mysql://user@host:port/database; single keys win over its parts.',
    },
    host: {
      type: 'string',
      minLength: 1,
      description: 'Name, address, or the path of a Unix socket (default: localhost).',
    },
    port: { type: 'integer', minimum: 1, maximum: 65535, description: 'Default: 3306.' },
    user: { type: 'string', minLength: 1, description: 'Default: root.' },
    password: { type: 'string', description: 'Better in passwordFile or in the environment variable DB_PASSWORD.' },
    passwordFile: {
      ...file,
      description: 'A file that holds the password; read at the start.',
    },
    database: { type: 'string', minLength: 1, description: 'Made where it does not exist; it holds nothing else.' },
    sslMode: {
      enum: ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'],
      default: 'prefer',
      description:
        'prefer and require encrypt without checking who answers; prefer does without where the server speaks no TLS.',
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
      description: 'Variables of the session, such as lock_wait_timeout.',
    },
    statementTimeoutMilliseconds: { type: 'integer', minimum: 0, default: 60000, description: '0: none.' },
    slowQueryMilliseconds: {
      type: 'integer',
      minimum: 0,
      default: 1000,
      description: 'Slower statements are logged; 0: none.',
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
