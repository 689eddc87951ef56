import { randomBytes } from 'node:crypto';
import { type StorageFactory, type StoreRemover, storeRemoverInterface } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OtherClient } from './support/server-kind.js';
import { serverKinds } from './support/server-kinds.js';

const run = `clusterdex_check_${randomBytes(4).toString('hex')}`;

function removerOf(storage: StorageFactory): StoreRemover {
  return storage.interfaces?.(storeRemoverInterface) as StoreRemover;
}

for (const { name, address, notRun, open, connect, countTables, drop, capabilities } of serverKinds) {
  if (address === undefined) {
    describe(`a store on ${name}`, () => {
      it.skip(notRun, () => {});
    });
    continue;
  }
  describe(`a store on ${name}`, () => {
    const made = [`test_${run}_1`, `test_${run}_2`, `test_remover_${run.slice(-8)}`];
    let client: OtherClient;
    const tables = async (store: string) => Number((await client.query(countTables(store)))[0]?.count);

    beforeAll(async () => {
      client = await connect(address);
    });
    afterAll(async () => {
      for (const store of made) await client.query(drop(store));
      await client.end();
    });

    it('that a check made is removed with all that it holds, alone, as often as it is asked for', async () => {
      const [store = '', other = ''] = made;
      expect(capabilities.interfaces).toBe(true);
      const beside = await open(other);
      for (let round = 1; round <= 2; round++) {
        const storage = await open(store);
        await storage.putClusterInventory({ cluster: 'c', health: { status: 'healthy' }, updatedAt: 1, resources: [] });
        expect(await storage.clusterInventories()).toHaveLength(1);
        expect(await tables(store)).toBeGreaterThan(5);
        await removerOf(storage).removeStore(`${run}_1`);
        await storage.shutdown();
        expect(await tables(store)).toBe(0);
        // It is as new.
        const again = await open(store);
        expect(await again.clusterInventories()).toEqual([]);
        await removerOf(again).removeStore(`${run}_1`);
        await again.shutdown();
        expect(await tables(store)).toBe(0);
      }
      await beside.putClusterInventory({ cluster: 'd', health: { status: 'healthy' }, updatedAt: 1, resources: [] });
      expect(await beside.clusterInventories()).toHaveLength(1);
      await beside.shutdown();
    });

    it('of anybody else stays, whatever name is given for it', async () => {
      const [, , store = ''] = made;
      const storage = await open(store);
      for (const given of [store, '', `${run}_1`, run]) {
        await expect(removerOf(storage).removeStore(given)).rejects.toMatchObject({ code: 'INVALID' });
      }
      expect(storage.interfaces?.('clusterdex.io/store-remover.v2')).toBeUndefined();
      await storage.shutdown();
      await expect(removerOf(storage).removeStore(store)).rejects.toMatchObject({
        code: expect.stringMatching(/^(INVALID|CLOSED)$/),
      });
      expect(await tables(store)).toBeGreaterThan(5);
    });
  });
}
