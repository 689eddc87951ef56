import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import { list } from '../listing.js';
import { store, testObject } from '../test-objects.js';

export const isolationCases: readonly ConformanceCase[] = [
  {
    name: 'two stores are separate and empty',
    async run({ storage, openAnother }) {
      const other = await openAnother();
      for (const each of [storage, other]) {
        assert.deepEqual((await list(each)).ids, []);
        assert.deepEqual(await each.clusterInventories(), []);
      }
      await store(storage, [testObject('here')]);
      await store(other, [testObject('there')]);
      assert.deepEqual((await list(storage)).ids, ['c1/n1/here']);
      assert.deepEqual((await list(other)).ids, ['c1/n1/there']);
    },
  },
  {
    name: 'an empty list is one batch with a revision',
    async run({ storage }) {
      const listing = await list(storage);
      assert.deepEqual([listing.ids, listing.continue], [[], undefined]);
    },
  },
];
