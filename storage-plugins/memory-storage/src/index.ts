import type { StoragePlugin } from '@clusterdex/storage-contract';
import { createMemoryStorageFactory, type MemoryConfig } from './memory-storage-factory.js';

export default {
  contract: '1.0',
  name: 'memory',
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
    multiProcess: false,
    keyValue: false,
  },
  configSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      journal: {
        type: 'boolean',
        default: true,
        description: 'Keep a journal in the data directory, so that what is written outlives the process.',
      },
    },
  },
  createStorageFactory: createMemoryStorageFactory,
} satisfies StoragePlugin<MemoryConfig>;
