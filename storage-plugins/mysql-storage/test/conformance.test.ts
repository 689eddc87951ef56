import { conformance } from '@clusterdex/storage-contract/conformance';
import { describe, it } from '@jest/globals';
import plugin from '../src/index.js';
import { address, dropSchema, notRun, openStorage, schemaOf } from './support.js';

if (address === undefined) {
  describe('conformance of mysql', () => {
    it.skip(notRun, () => {});
  });
} else {
  conformance(
    { describe, it },
    {
      name: 'mysql',
      capabilities: plugin.capabilities,
      open: (directory) => openStorage(schemaOf(directory)),
      async remove(directory) {
        await dropSchema(schemaOf(directory));
      },
    },
  );
}
