import { contractVersion, type StoragePlugin, storeRemoverInterface } from '@clusterdex/storage-contract';
import { createServerStorageFactory, ServerStorage } from '@clusterdex/storage-sql';
import { configSchema, type MysqlConfig } from './config.js';
import { createStoreRemover } from './create-store-remover.js';
import { migrate } from './migrate.js';
import { createMysqlBackend } from './mysql-backend.js';
import { MysqlDatabase } from './mysql-database.js';

export default {
  contract: contractVersion,
  name: 'mysql',
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
    interfaces: true,
  },
  configSchema,
  async createStorageFactory(config, host) {
    const database = await MysqlDatabase.open(config, host);
    const schema = await migrate(database).catch(async (error: unknown) => {
      await database.close(0);
      throw error;
    });
    const storage = new ServerStorage(createMysqlBackend(database, config, host));
    await storage.open(config.fieldIndexes).catch(async (error: unknown) => {
      await storage.shutdown();
      throw error;
    });
    const remover = createStoreRemover(database);
    return {
      ...createServerStorageFactory(storage),
      schema: () => schema,
      interfaces: (name) => (name === storeRemoverInterface ? remover : undefined),
    };
  },
} satisfies StoragePlugin<MysqlConfig>;
