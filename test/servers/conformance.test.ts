import { createHash } from 'node:crypto';
import { conformance } from '@clusterdex/storage-contract/conformance';
import { describe, it } from '@jest/globals';
import { serverKinds } from './support/server-kinds.js';

/** Another folder, another store. */
const storeOf = (folder: string): string => `test_${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;

for (const kind of serverKinds) {
  const { address } = kind;
  if (address === undefined) {
    describe(`conformance of ${kind.name}`, () => {
      it.skip(kind.notRun, () => {});
    });
    continue;
  }
  conformance(
    { describe, it },
    {
      name: kind.name,
      capabilities: kind.capabilities,
      open: (folder) => kind.open(storeOf(folder)),
      async remove(folder) {
        const client = await kind.connect(address);
        await client.query(kind.drop(storeOf(folder)));
        await client.end();
      },
    },
  );
}
