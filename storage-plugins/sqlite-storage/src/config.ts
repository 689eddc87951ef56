import { fieldIndexesSchema } from '@clusterdex/storage-sql';

export interface SqliteConfig {
  readonly file: string;
  readonly synchronous: 'full' | 'normal';
  readonly readers: number;
  readonly cacheMegabytes: number;
  readonly objectCacheMegabytes: number;
  readonly busyTimeoutMilliseconds: number;
  readonly historyChanges: number;
  /** Absent: as the file has them. */
  readonly fieldIndexes?: readonly string[];
  readonly fullTextIndex: boolean;
}

export const configSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  additionalProperties: false,
  properties: {
    file: {
      type: 'string',
      minLength: 1,
      default: 'clusterdex.sqlite',
      description: 'The database file, relative to the data directory of the storage.',
    },
    synchronous: {
      enum: ['full', 'normal'],
      default: 'full',
      description:
        'full: what is written survives a power failure. normal: it survives the end of the process, and writing is faster.',
    },
    readers: {
      type: 'integer',
      minimum: 1,
      maximum: 16,
      default: 1,
      description: 'Threads for searches that have to look at many objects; pages in key order have one of their own.',
    },
    cacheMegabytes: {
      type: 'integer',
      minimum: 1,
      maximum: 65536,
      default: 24,
      description: 'Page cache of the writer, and of what finds objects; the operating system caches the file as well.',
    },
    objectCacheMegabytes: {
      type: 'integer',
      minimum: 0,
      maximum: 65536,
      default: 32,
      description:
        'Objects of pages that are asked for again and again, ready to be sent, and half as much for what Tables need; 0 keeps none.',
    },
    busyTimeoutMilliseconds: {
      type: 'integer',
      minimum: 0,
      maximum: 600000,
      default: 10000,
      description: 'How long to wait for another process that is writing to the same file.',
    },
    fieldIndexes: fieldIndexesSchema,
    historyChanges: {
      type: 'integer',
      minimum: 0,
      maximum: 100000000,
      default: 50000,
      description: 'How many changes are kept for watches that resume; one that is further behind has to list again.',
    },
    fullTextIndex: {
      type: 'boolean',
      default: true,
      description:
        'Index the words of objects, in idle moments, from the first search for words on. false: each such search reads every object.',
    },
  },
} as const;
