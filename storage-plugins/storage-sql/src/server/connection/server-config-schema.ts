import { fieldIndexesSchema } from '../../field-index/field-indexes-schema.js';

/** What a server says of the keys that mean something else on each. */
export interface ServerConfigWords {
  readonly dsn: string;
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly passwordFile: string;
  readonly database: string;
  readonly sslMode: string;
  readonly params: string;
}

const text = (description: string) => ({ type: 'string', minLength: 1, description }) as const;
const atLeast = (minimum: number, value: number, description: string) =>
  ({ type: 'integer', minimum, default: value, description }) as const;

const connPool = {
  type: 'object',
  additionalProperties: false,
  default: {},
  properties: {
    maxOpenConns: { ...atLeast(1, 10, 'Connections for reads.'), maximum: 1000 },
    maxWriteConns: { ...atLeast(1, 4, 'Connections for writes: a read never waits behind one.'), maximum: 100 },
    connMaxLifetimeSeconds: atLeast(0, 0, '0: without end.'),
    waitMilliseconds: atLeast(1, 10_000, 'How long to wait for a connection, new or free, before it is UNAVAILABLE.'),
  },
} as const;

/** JSON Schema of ServerConfig; `more` are the keys that one kind of server has beside them. */
export function serverConfigSchema(words: ServerConfigWords, more: Readonly<Record<string, object>> = {}) {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    additionalProperties: false,
    properties: {
      dsn: text(words.dsn),
      host: text(words.host),
      port: { type: 'integer', minimum: 1, maximum: 65535, description: words.port },
      user: text(words.user),
      password: { type: 'string', description: 'Better in passwordFile or in the environment variable DB_PASSWORD.' },
      passwordFile: text(words.passwordFile),
      database: text(words.database),
      sslMode: {
        enum: ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'],
        default: 'prefer',
        description: words.sslMode,
      },
      sslRootCertFile: text('Certificates (PEM) of the authorities that are trusted; default: those of Node.'),
      sslCertFile: text('A client certificate (PEM); with sslKeyFile.'),
      sslKeyFile: text('Its key (PEM).'),
      connPool,
      params: {
        type: 'object',
        default: {},
        additionalProperties: { type: 'string' },
        description: words.params,
      },
      statementTimeoutMilliseconds: atLeast(0, 60_000, '0: none.'),
      slowQueryMilliseconds: atLeast(0, 1000, 'Slower statements are logged with their plan; 0: none.'),
      objectCacheMegabytes: {
        type: 'integer',
        minimum: 0,
        maximum: 65536,
        default: 32,
        description:
          'Objects of pages that are asked for again and again, and half as much for what Tables need; what was changed, by whomever, is never taken from there. 0 keeps none.',
      },
      historyChanges: {
        ...atLeast(
          0,
          50_000,
          'How many changes are kept for watches that resume; one that is further behind has to list again.',
        ),
        maximum: 100_000_000,
      },
      fieldIndexes: fieldIndexesSchema,
      ...more,
    },
  };
}
