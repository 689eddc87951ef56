import { after, describe, it } from 'node:test';
import { conformance, createTestHost } from '@clusterdex/storage-contract/conformance';
import plugin from '../src/index.js';

/** node:test takes a limit of time in its options. */
const timed = (name: string, body: () => Promise<void>, timeout?: number) =>
  it(name, timeout === undefined ? {} : { timeout }, body);
const skipped = (name: string, body: () => Promise<void>) => it.skip(name, body);

conformance(
  { describe, it: Object.assign(timed, { skip: skipped }), afterAll: after },
  {
    name: plugin.name,
    capabilities: plugin.capabilities,
    open: (directory) => plugin.createStorageFactory({ scanBatch: 200 }, createTestHost(directory)),
  },
);
