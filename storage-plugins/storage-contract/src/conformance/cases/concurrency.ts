import assert from 'node:assert/strict';
import type { ConformanceCase } from '../conformance-case.js';
import { list } from '../listing.js';
import { deployments, pods, store, testObject } from '../test-objects.js';

export const concurrencyCases: readonly ConformanceCase[] = [
  {
    name: 'writes at the same time are all done',
    async run({ storage }) {
      const groups = Array.from({ length: 20 }, (_, group) =>
        Array.from({ length: 30 }, (_, i) =>
          testObject(`o-${group}-${i}`, { cluster: `c${group % 3}`, type: group % 2 === 0 ? pods : deployments }),
        ),
      );
      await Promise.all(groups.map((group) => store(storage, group)));
      assert.equal((await list(storage)).ids.length, 300);
      assert.equal((await list(storage, {}, deployments)).ids.length, 300);
    },
  },
  {
    name: 'of writes of one object at the same time the newest stays',
    async run({ storage }) {
      const versions = Array.from({ length: 30 }, (_, i) => String(1 + ((i * 7) % 30)));
      await Promise.all(
        versions.map((resourceVersion) =>
          store(storage, [testObject('a', { resourceVersion, spec: { resourceVersion } })]),
        ),
      );
      const { objects } = await list(storage);
      const stored = JSON.parse(Buffer.from(objects[0]?.json ?? []).toString()) as {
        spec: { resourceVersion: string };
      };
      assert.deepEqual([objects.length, stored.spec.resourceVersion], [1, '30']);
    },
  },
  {
    name: 'a list shows everything that is there throughout, while others write',
    async run({ storage }) {
      const stable = Array.from({ length: 1500 }, (_, i) => testObject(`pod-${i}-stable`));
      await store(storage, stable);
      let done = false;
      const writing = (async () => {
        for (let i = 0; !done && i < 3000; i++) {
          await store(storage, [testObject(`pod-${i % 1500}-guest`)]);
          await storage
            .resourceStorage(pods)
            .write('c1', [{ type: 'delete', namespace: 'n1', name: `pod-${i % 1500}-guest` }]);
        }
      })();
      try {
        for (let i = 0; i < 5; i++) {
          const { names } = await list(storage);
          assert.equal(new Set(names).size, names.length, 'nothing is listed twice');
          assert.equal(names.filter((name) => name.endsWith('-stable')).length, stable.length, 'nothing is left out');
        }
      } finally {
        done = true;
        await writing;
      }
    },
  },
  {
    name: 'a read that begins after a write has ended sees it',
    async run({ storage }) {
      for (let i = 0; i < 30; i++) {
        await store(storage, [testObject(`o-${i}`)]);
        await storage.resourceStorage(pods).get('c1', 'n1', `o-${i}`);
        assert.equal((await list(storage)).names.length, i + 1);
      }
    },
  },
  {
    name: 'one that opens a store beside another shares it',
    needs: ['multiProcess'],
    async run({ storage, openSame }) {
      const other = await openSame();
      await store(storage, [testObject('a')]);
      await store(other, [testObject('b')]);
      for (const each of [storage, other]) assert.deepEqual((await list(each)).names, ['a', 'b']);
    },
  },
  {
    name: 'two that open an empty store at once share it',
    needs: ['multiProcess'],
    async run({ openTogether }) {
      const [one, two] = await openTogether();
      await store(one, [testObject('a')]);
      await store(two, [testObject('b')]);
      for (const each of [one, two]) assert.deepEqual((await list(each)).names, ['a', 'b']);
    },
  },
];
