import type { StoragePlugin } from '@clusterdex/storage-contract';
import { createStorageFactory } from './create-storage-factory.js';
import { type KeyValueConfig, openKeyValue } from './key-value.js';

export default {
  contract: '1.0',
  name: 'sample',
  // What is false the server does itself or refuses; each that becomes true has cases in the conformance kit.
  capabilities: {
    watch: false,
    labelSelector: true,
    fieldSelector: true,
    ownerSearch: false,
    fuzzyName: true,
    orderBy: false,
    continueToken: true,
    remainingItemCount: false,
    onlyMetadata: true,
    rows: false,
    collectionResources: false,
    events: false,
    fullText: true,
    rawQuery: false,
    explain: false,
    history: false,
    durable: false,
    multiProcess: false,
    keyValue: false,
  },
  configSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      scanBatch: { type: 'integer', minimum: 1, default: 200, description: 'Entries that a scan reads at a time.' },
    },
  },
  async createStorageFactory(config, host) {
    return createStorageFactory(await openKeyValue(config, host), host);
  },
} satisfies StoragePlugin<KeyValueConfig>;
