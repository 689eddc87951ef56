import { conformance, createTestHost } from '@clusterdex/storage-contract/conformance';
import { afterAll, describe, it } from '@jest/globals';
import plugin from '../src/index.js';

conformance(
  { describe, it, afterAll },
  {
    name: 'memory',
    capabilities: plugin.capabilities,
    open: (directory) => plugin.createStorageFactory({ journal: true }, createTestHost(directory)),
  },
);

conformance(
  { describe, it, afterAll },
  {
    name: 'memory without journal',
    capabilities: { ...plugin.capabilities, durable: false },
    open: (directory) => plugin.createStorageFactory({ journal: false }, createTestHost(directory)),
  },
);
