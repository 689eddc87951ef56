import { contractVersion, type StoragePlugin, storeRemoverInterface } from '@clusterdex/storage-contract';
import { createServerStorageFactory, ServerStorage } from '@clusterdex/storage-sql';
import { configSchema, type PostgresConfig } from './config.js';
import { createStoreRemover } from './create-store-remover.js';
import { migrate } from './migrate.js';
import { createPostgresBackend } from './postgres-backend.js';
import { PostgresDatabase } from './postgres-database.js';
import { createPostgresWords } from './postgres-words.js';

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
    const database = await PostgresDatabase.open(config, host);
    const schema = await migrate(database, config.schema).catch(async (error: unknown) => {
      await database.close(0);
      throw error;
    });
    if (!config.fullTextIndex) await createPostgresWords(database).drop();
    const storage = new ServerStorage(createPostgresBackend(database, config, host));
    await storage.open(config.fieldIndexes).catch(async (error: unknown) => {
      await storage.shutdown();
      throw error;
    });
    const remover = createStoreRemover(database, config.schema);
    return {
      ...createServerStorageFactory(storage),
      schema: () => schema,
      interfaces: (name) => (name === storeRemoverInterface ? remover : undefined),
    };
  },
} satisfies StoragePlugin<PostgresConfig>;
