export interface ElasticsearchConfig {
  readonly addresses: readonly string[];
  readonly cloudId?: string;
  readonly username?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly apiKey?: string;
  readonly apiKeyFile?: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly insecureSkipVerify: boolean;
  readonly prefix: string;
  readonly shards: number;
  readonly replicas: number;
  readonly refreshInterval: string;
  readonly indexTemplate: boolean;
  readonly requestTimeoutMilliseconds: number;
  readonly connections: number;
  readonly slowQueryMilliseconds: number;
  readonly historyChanges: number;
}

const file = { type: 'string', minLength: 1 } as const;

export const configSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  additionalProperties: false,
  properties: {
    addresses: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      default: [],
      description:
        'http://host:9200 or https://…, several of one cluster (default: ES_ADDRESSES, else http://localhost:9200).',
    },
    cloudId: { type: 'string', minLength: 1, description: 'Of Elastic Cloud, in the place of addresses.' },
    username: { type: 'string', minLength: 1, description: 'Default: ES_USER.' },
    password: { type: 'string', description: 'Better in passwordFile or in the environment variable ES_PASSWORD.' },
    passwordFile: { ...file, description: 'A file that holds the password.' },
    apiKey: {
      type: 'string',
      minLength: 1,
      description: 'In the place of a user: better in apiKeyFile or ES_API_KEY.',
    },
    apiKeyFile: { ...file, description: 'A file that holds the API key, as Elasticsearch encodes it.' },
    caFile: { ...file, description: 'Certificates (PEM) of the authorities that are trusted; default: those of Node.' },
    certFile: { ...file, description: 'A client certificate (PEM); with keyFile.' },
    keyFile: { ...file, description: 'Its key (PEM).' },
    insecureSkipVerify: { type: 'boolean', default: false, description: 'Encrypt without checking who answers.' },
    prefix: {
      type: 'string',
      pattern: '^[a-z0-9][a-z0-9._-]{0,99}$',
      default: 'clusterdex',
      description: 'The names of all indexes, aliases and templates begin with it.',
    },
    shards: {
      type: 'integer',
      minimum: 1,
      maximum: 1024,
      default: 1,
      description: 'Of the index of objects; cannot change later.',
    },
    replicas: { type: 'integer', minimum: 0, maximum: 20, default: 1, description: 'Of new indexes.' },
    refreshInterval: {
      type: 'string',
      pattern: '^(?:-1|[1-9][0-9]*(?:ms|s|m))$',
      default: '30s',
      description: 'How soon other clients of the index see changes; this server refreshes before it reads.',
    },
    indexTemplate: {
      type: 'boolean',
      default: true,
      description:
        'Keep an index template, for indexes that an operator makes; needs the privilege manage_index_templates.',
    },
    requestTimeoutMilliseconds: { type: 'integer', minimum: 100, default: 30000 },
    connections: { type: 'integer', minimum: 1, maximum: 1000, default: 32, description: 'To each address, at most.' },
    slowQueryMilliseconds: {
      type: 'integer',
      minimum: 0,
      default: 1000,
      description: 'Slower requests are logged, without values; 0: none.',
    },
    historyChanges: {
      type: 'integer',
      minimum: 0,
      maximum: 10000000,
      default: 50000,
      description: 'How many changes are kept for watches that resume; one that is further behind has to list again.',
    },
  },
} as const;
