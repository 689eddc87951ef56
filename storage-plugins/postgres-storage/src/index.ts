import { contractVersion, type StoragePlugin } from '@clusterdex/storage-contract';
import { configSchema, type PostgresConfig } from './config.js';
import { PostgresStorage } from './postgres-storage.js';
import { createPostgresStorageFactory } from './postgres-storage-factory.js';

export default {
  contract: contractVersion,
  name: 'postgres',
  capabilities: {
    watch: true,
    labelSelector: true,
    fieldSelector: true,
    ownerSearch: true,
    fuzzyName: true,
    orderBy: true,
    continueToken: true,
    remainingItemCount: true,
    onlyMetadata: true,
    rows: true,
    collectionResources: true,
    events: true,
    fullText: false,
    rawQuery: true,
    history: false,
    durable: true,
    multiProcess: true,
    keyValue: false,
  },
  configSchema,
  async createStorageFactory(config, host) {
    return createPostgresStorageFactory(await PostgresStorage.open(config, host));
  },
} satisfies StoragePlugin<PostgresConfig>;
