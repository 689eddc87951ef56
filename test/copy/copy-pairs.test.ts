import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { testedStorages } from '../backends/tested-storages.js';
import { repositoryRoot } from '../support/clusterdex.js';
import { fillStorage } from '../support/fill-storage.js';
import { type FleetObject, generateFleet } from '../support/fleet.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { importFrom } from '../unit/synchro/import/support/import-into-memory.js';
import {
  copyBetween,
  inventoryOf,
  openEmpty,
  podNames,
  readStored,
  typesOf,
  writePods,
} from './support/copy-between.js';

const folder = temporaryFolder();
const clusters = ['prod-eu', 'prod-us'];
const everything = [...clusters, 'alpha'];
const fleet: readonly FleetObject[] = [...generateFleet({ seed: 11, pods: 240, clusters, odd: true })];
/** Each list of storages has empty stores of its own. */
const targets = testedStorages();

describe.each(testedStorages())('a copy from $name', (from) => {
  if (from.config === undefined) return void it.skip(`(NOT RUN: ${from.notRun})`, () => {});
  let source: OpenedStorage;

  beforeAll(async () => {
    source = await openEmpty(from, folder);
    await fillStorage(source.factory, fleet);
    // Of prod-us the inventory names no type: what is stored is copied all the same.
    await source.factory.putClusterInventory(inventoryOf('prod-eu', [...new Set(fleet.map(({ type }) => type))]));
    await source.factory.putClusterInventory(inventoryOf('prod-us', []));
    const dump = join(repositoryRoot, 'test/fixtures/alpha/dump.json');
    await importFrom(source, { cluster: 'alpha', files: [dump] });
  }, 60_000);

  afterAll(() => source.close());

  for (const to of targets) {
    const title = `to ${to.name} is equal, and leaves other clusters alone; when it is interrupted the next one continues`;
    if (to.config === undefined) {
      it.skip(`${title} (NOT RUN: ${to.notRun})`, () => {});
      continue;
    }
    it(title, async () => {
      const target = await openEmpty(to, folder);
      try {
        await target.factory.cleanCluster('other');
        for (const cluster of everything) await target.factory.cleanCluster(cluster);
        await writePods(target, 'other', ['kept']);

        const controller = new AbortController();
        const interrupted = await copyBetween(source, target, {
          signal: controller.signal,
          onProgress: ({ objects }) => {
            if (objects >= 700) controller.abort();
          },
        });
        expect(interrupted).toMatchObject({ stopped: 'interrupted', verified: false });
        expect(interrupted.copied).toBeGreaterThan(0);

        const result = await copyBetween(source, target);
        expect(result).toMatchObject({ verified: true, failureCount: 0, copied: result.objects - interrupted.copied });
        expect(result.unchanged).toBe(interrupted.copied);
        expect(result.clusters.map(({ cluster }) => cluster).sort()).toEqual([...everything].sort());
        expect(result.objects).toBe(fleet.length + 474);

        for (const cluster of everything) {
          const types = await typesOf(source.factory, cluster);
          expect(await typesOf(target.factory, cluster)).toEqual(types);
          for (const type of types) {
            const [expected, found] = [
              await readStored(source, cluster, type),
              await readStored(target, cluster, type),
            ];
            const withoutRows = (objects: typeof found) => objects.map(({ row: _, ...object }) => object);
            expect(withoutRows(found)).toEqual(withoutRows(expected));
            // What an import prepared for Tables is prepared again; the rows of the fleet are of no printer.
            if (cluster === 'alpha') expect(found).toEqual(expected);
          }
        }
        const inventories = async ({ factory }: OpenedStorage) =>
          (await factory.clusterInventories()).filter(({ cluster }) => cluster !== 'other');
        expect(await inventories(target)).toEqual(await inventories(source));
        expect(await podNames(target, 'other')).toEqual(['kept']);

        const again = await copyBetween(source, target);
        expect(again).toMatchObject({ verified: true, copied: 0, unchanged: result.objects });
        const digests = ({ clusters: copies }: typeof result) =>
          copies.flatMap(({ types }) => types.map((type) => type.source.digest));
        expect(digests(again)).toEqual(digests(result));
        for (const { types } of again.clusters) for (const type of types) expect(type.target).toEqual(type.source);
      } finally {
        await target.close();
      }
    }, 60_000);
  }
});
