import assert from 'node:assert/strict';
import type { StorageFactory } from '../../storage-factory.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list, listCollection } from '../listing.js';
import { pods, store, testObject } from '../test-objects.js';

const size = 10_050;
const name = (i: number) => `pod-${String(i).padStart(5, '0')}`;

async function storeMany(storage: StorageFactory): Promise<readonly string[]> {
  const objects = Array.from({ length: size }, (_, i) => testObject(name(i), { cluster: i < size / 2 ? 'c1' : 'c2' }));
  await store(storage, objects);
  return objects.map(({ prepared }) => prepared.name);
}

export const longListCases: readonly ConformanceCase[] = [
  {
    name: 'a list of more than 10,000 objects is not cut',
    async run({ storage, capabilities }) {
      const names = await storeMany(storage);
      assert.deepEqual((await list(storage)).names, names);
      if (capabilities.collectionResources) {
        assert.equal((await listCollection(storage, 'any', { types: 'all' })).names.length, size);
      }
      if (capabilities.continueToken) {
        const page = await list(storage, { limit: size - 10 });
        assert.deepEqual(page.names, names.slice(0, -10));
        const rest = await list(storage, { limit: size, start: { after: String(page.continue) } });
        assert.deepEqual(rest.names, names.slice(-10));
      }
      if (capabilities.orderBy) {
        const orderBy = [{ by: { column: 'name' }, descending: true }] as const;
        assert.deepEqual((await list(storage, { orderBy })).names, names.toReversed());
      }
      if (capabilities.remainingItemCount && capabilities.continueToken) {
        assert.equal((await list(storage, { limit: 1, withRemainingCount: true })).remaining, size - 1);
      }
    },
  },
  {
    name: 'a list that is left early leaves the storage usable',
    async run({ storage }) {
      await store(
        storage,
        Array.from({ length: 2000 }, (_, i) => testObject(name(i))),
      );
      for (let i = 0; i < 20; i++) {
        for await (const batch of storage.resourceStorage(pods).list({})) {
          assert.ok(batch.count > 0);
          break;
        }
      }
      assert.equal((await list(storage)).names.length, 2000);
    },
  },
];
