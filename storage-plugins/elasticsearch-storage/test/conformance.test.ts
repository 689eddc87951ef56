import { conformance } from '@clusterdex/storage-contract/conformance';
import { afterAll, describe, it } from '@jest/globals';
import plugin from '../src/index.js';
import { openStorage, prefixOf, removeStore, servers } from './support.js';

for (const { title, address, notRun } of servers) {
  if (address === undefined) {
    describe(`conformance of elasticsearch on ${title}`, () => {
      it.skip(notRun, () => {});
    });
  } else {
    conformance(
      { describe, it, afterAll },
      {
        name: `elasticsearch on ${title}`,
        capabilities: plugin.capabilities,
        open: (directory) => openStorage(address, prefixOf(directory)),
        remove: (directory) => removeStore(address, prefixOf(directory)),
      },
    );
  }
}
