import { contractVersion, type StoragePlugin, storeRemoverInterface } from '@clusterdex/storage-contract';
import { configSchema, type ElasticsearchConfig } from './config.js';
import { createStoreRemover } from './create-store-remover.js';
import { createElasticsearchStorageFactory } from './elasticsearch-storage-factory.js';
import { openStore } from './open-store.js';

export default {
  contract: contractVersion,
  name: 'elasticsearch',
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
    rawQuery: false,
    explain: true,
    history: false,
    durable: true,
    multiProcess: true,
    keyValue: false,
    interfaces: true,
  },
  configSchema,
  async createStorageFactory(config, host) {
    const { store, schema } = await openStore(config, host);
    const remover = createStoreRemover(store, config);
    return {
      ...createElasticsearchStorageFactory(store, schema),
      interfaces: (name) => (name === storeRemoverInterface ? remover : undefined),
    };
  },
} satisfies StoragePlugin<ElasticsearchConfig>;
