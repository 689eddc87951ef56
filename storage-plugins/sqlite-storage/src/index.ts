import path from 'node:path';
import { contractVersion, type StoragePlugin } from '@clusterdex/storage-contract';
import { configSchema, type SqliteConfig } from './config.js';
import { mapError } from './map-error.js';
import { SqliteStorage } from './sqlite-storage.js';
import { createSqliteStorageFactory } from './sqlite-storage-factory.js';

export default {
  contract: contractVersion,
  name: 'sqlite',
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
    fullText: true,
    rawQuery: true,
    explain: true,
    history: false,
    durable: true,
    multiProcess: true,
    keyValue: false,
  },
  configSchema,
  async createStorageFactory(config, host) {
    const file = path.resolve(host.dataDirectory, config.file);
    try {
      return createSqliteStorageFactory(await SqliteStorage.open({ ...config, file }));
    } catch (error) {
      throw mapError(error, file);
    }
  },
} satisfies StoragePlugin<SqliteConfig>;
