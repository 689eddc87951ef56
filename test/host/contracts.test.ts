import {
  type CollectionListOptions,
  contractVersion,
  isStorageError,
  type StoragePlugin,
} from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkPlugin } from '../../src/plugin-host/check.js';
import { adaptContract } from '../../src/plugin-host/contracts/adapt-contract.js';
import { spokenContracts } from '../../src/plugin-host/negotiate.js';
import { type OpenedStorage, openStorage } from '../../src/plugin-host/open-storage.js';
import { readPage, walkPages } from '../differential/walk-pages.js';
import { runClusterdex } from '../support/clusterdex.js';
import { createExample } from '../support/example-object.js';
import { fillStorage } from '../support/fill-storage.js';
import { generateFleet } from '../support/fleet.js';
import { fleetTypes } from '../support/fleet-types.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { createRandom } from '../support/random.js';
import { drawListOptions } from '../support/random-list-options.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { fixtures, row, surroundings } from './plugin-fixtures.js';

const folder = temporaryFolder();
const frozen = `${fixtures}/frozen`;
const pods = fleetTypes.pods;
let old: OpenedStorage;
let memory: OpenedStorage;

beforeAll(async () => {
  old = await openStorage({ ...surroundings(`${folder}/old`), folders: [frozen], name: 'draft' });
  memory = await openTestStorage('memory', { dataDirectory: `${folder}/memory` });
});
afterAll(async () => {
  await old.close();
  await memory.close();
});

describe('a plugin of the draft contract, frozen', () => {
  it('passes the conformance kit of today', async () => {
    const { status, stdout } = await runClusterdex(['plugins', 'check', `${frozen}/draft-storage`, '--conformance']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/\b1\d\d passed, 0 failed/) });
  }, 60_000);

  it('says no to what the draft did not have, or meant otherwise', () => {
    const names = Object.keys(memory.capabilities) as (keyof typeof memory.capabilities)[];
    const lost = names.filter((name) => memory.capabilities[name] && !old.capabilities[name]).sort();
    expect(lost).toEqual(expect.arrayContaining(['events', 'explain', 'fieldSelector', 'fullText', 'rows', 'watch']));
    expect(old.capabilities).toMatchObject({ labelSelector: true, ownerSearch: true, orderBy: true, durable: true });
  });

  it('answers as one of today', async () => {
    const everything = [...generateFleet({ seed: 23, pods: 30, namespaces: 3, odd: true })];
    const generated = everything.filter(({ type }) => type.resource !== 'events');
    for (const { factory } of [old, memory]) await fillStorage(factory, generated);
    const fleet = generated.map(createExample);
    const random = createRandom(23);
    for (let number = 0; number < 40; number++) {
      const options: CollectionListOptions = { ...drawListOptions(random, fleet, fleet), types: 'all' };
      if (options.injectEvents || options.orderBy?.some(({ by }) => 'column' in by && by.column === 'synced_at'))
        continue;
      const [mine, expected] = await Promise.all(
        [old, memory].map(async ({ factory }) => {
          const found = await walkPages(factory.collectionResourceStorage('any'), options);
          return found.map(({ objects, remaining }) => [
            remaining,
            objects.map(({ json }) => Buffer.from(json).toString()),
          ]);
        }),
      );
      expect({ options, pages: mine }).toEqual({ options, pages: expected });
    }
  });

  it('has revisions that are numbers and grow with changes', async () => {
    const storage = old.factory.resourceStorage(pods);
    const revision = async () => Number((await readPage(storage, { limit: 1 })).revision);
    const before = await revision();
    expect(await revision()).toBe(before);
    await storage.write('prod', [{ type: 'delete', namespace: 'n', name: 'nobody' }]);
    const { objects } = await readPage(storage, { limit: 1 });
    const [{ cluster, namespace, name } = { cluster: '', namespace: '', name: '' }] = objects;
    await storage.write(cluster, [{ type: 'delete', namespace, name }]);
    expect(await revision()).toBeGreaterThan(before);
    expect(before).toBeGreaterThan(1e15);
  });

  it('refuses what it cannot do, instead of passing it on', async () => {
    const refusal = await old.factory
      .resourceStorage(pods)
      .recordEvents('prod', [])
      .catch((error: unknown) => error);
    expect(isStorageError(refusal) && refusal.code).toBe('NOT_SUPPORTED');
    const watch = old.factory.resourceStorage(pods).watch?.({}, '1', AbortSignal.timeout(5000));
    const watched = await watch?.[Symbol.asyncIterator]()
      .next()
      .catch((error: unknown) => error);
    expect(isStorageError(watched) && watched.code).toBe('NOT_SUPPORTED');
  });
});

describe('an adapter', () => {
  it('mends what a later contract asks for, and nothing that the plugin owed to its own', async () => {
    const manifest = await row('frozen', 'draft-storage');
    const { default: plugin } = (await import(`${manifest.folder}/index.js`)) as { default: StoragePlugin };
    const { orderBy: _, ...capabilities } = { ...plugin.capabilities, watch: 'perhaps' };
    const exported = { ...plugin, capabilities, createStorageFactory: undefined };
    const violations = checkPlugin(adaptContract(exported, manifest.contract), manifest);
    expect(violations.map((violation) => violation.split(':')[0]).sort()).toEqual([
      '/capabilities/orderBy',
      '/capabilities/watch',
      '/createStorageFactory',
    ]);
    expect(checkPlugin(adaptContract('nothing', manifest.contract))).toHaveLength(1);
  });

  it('leaves a plugin of this contract as it is', () => {
    const exported = {};
    expect(adaptContract(exported, contractVersion)).toBe(exported);
    expect(spokenContracts).toEqual({ storage: [contractVersion, '0.9'], synchro: [contractVersion] });
  });
});
