import {
  type Capabilities,
  type CapabilityName,
  type CollectionListOptions,
  createStorageError,
  type ListOptions,
  type ObjectBatch,
  type StorageFactory,
} from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { defaultDeadlines } from '../../src/plugin-host/deadlines.js';
import { guardStorage } from '../../src/plugin-host/guard.js';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { readPage, walkPages } from '../differential/walk-pages.js';
import { createExample } from '../support/example-object.js';
import { fillStorage } from '../support/fill-storage.js';
import { generateFleet } from '../support/fleet.js';
import { fleetRowPrefix } from '../support/fleet-row.js';
import { fleetTypes } from '../support/fleet-types.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { createRandom } from '../support/random.js';
import { drawListOptions } from '../support/random-list-options.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { capabilitiesWithout } from './guarded-fixture.js';

const folder = temporaryFolder();
const generated = [...generateFleet({ seed: 11, pods: 30, namespaces: 3, odd: true })];
const fleet = generated.map(createExample);
let memory: OpenedStorage;

beforeAll(async () => {
  memory = await openTestStorage('memory', { dataDirectory: folder });
  await fillStorage(memory.factory, generated);
});
afterAll(() => memory.close());

const optionsOf: readonly [CapabilityName, (options: ListOptions) => unknown][] = [
  ['labelSelector', (options) => options.labelSelector?.length],
  ['fieldSelector', (options) => options.fieldSelector?.length],
  ['fullText', (options) => options.fullText],
  ['fuzzyName', (options) => options.fuzzyNames],
  ['orderBy', (options) => options.orderBy?.length],
  ['continueToken', (options) => options.limit ?? options.start],
  ['remainingItemCount', (options) => options.withRemainingCount],
  ['onlyMetadata', (options) => options.onlyMetadata],
  ['rows', (options) => options.withRows],
];

/** The memory storage, as one that honestly refuses what it cannot do. */
function poorStorage(capabilities: Capabilities): StorageFactory {
  const refusing = (list: (options: CollectionListOptions, signal?: AbortSignal) => AsyncIterable<ObjectBatch>) =>
    async function* (options: CollectionListOptions, signal?: AbortSignal): AsyncGenerator<ObjectBatch> {
      for (const [capability, used] of optionsOf) {
        if (!capabilities[capability] && used(options)) throw createStorageError('NOT_SUPPORTED', capability);
      }
      yield* list(options, signal);
    };
  const inner = memory.factory;
  return {
    ...inner,
    shutdown: async () => {},
    resourceStorage(type) {
      const storage = inner.resourceStorage(type);
      return { ...storage, list: refusing(storage.list) };
    },
    collectionResourceStorage: (name) => ({ list: refusing(inner.collectionResourceStorage(name).list) }),
  };
}

function guardPoor(missing: readonly CapabilityName[]): StorageFactory {
  const capabilities = { ...capabilitiesWithout(...missing), rawQuery: false };
  return guardStorage(poorStorage(capabilities), {
    name: 'poor',
    capabilities,
    deadlines: defaultDeadlines,
    logger: pino({ level: 'silent' }),
    registry: new Registry(),
  });
}

// Without rows an answer is another one.
const all = optionsOf.map(([capability]) => capability).filter((capability) => capability !== 'rows');

describe.each([
  ...all.map((capability) => [capability]),
  ['labelSelector', 'fieldSelector', 'fuzzyName'],
  ['orderBy', 'continueToken'],
  all,
])('a storage without %s', (...missing) => {
  const names = missing.flat() as CapabilityName[];

  it('answers as one that has it, in whole and page by page', async () => {
    const poor = guardPoor(names);
    const random = createRandom(names.length * 7 + (names[0]?.length ?? 0));
    for (let number = 0; number < 20; number++) {
      const type = random.pick(Object.values(fleetTypes));
      const drawn = drawListOptions(random, fleet, fleet);
      const options = random.chance(0.3) ? { ...drawn, withRows: { prefix: fleetRowPrefix } } : drawn;
      if (options.orderBy?.some(({ by }) => 'column' in by && by.column === 'synced_at')) continue;
      const asked = random.chance(0.5)
        ? [poor.collectionResourceStorage('any'), memory.factory.collectionResourceStorage('any')]
        : [poor.resourceStorage(type), memory.factory.resourceStorage(type)];
      const list: CollectionListOptions = 'get' in (asked[0] ?? {}) ? options : { ...options, types: 'all' };
      const offset = random.integer(40);
      const answers = await Promise.all(
        asked.map(async (storage) => ({
          pages: (await walkPages(storage, list)).map((page) => ({ ...page, position: page.position !== undefined })),
          tail: await readPage(storage, { ...list, start: { offset } }),
        })),
      );
      const [mine, expected] = answers.map(({ pages, tail }) => ({
        pages: pages.map(({ objects, remaining, position }) => ({ remaining, position, objects: objects.map(plain) })),
        tail: { remaining: tail.remaining, objects: tail.objects.map(plain) },
      }));
      try {
        expect(mine).toEqual(expected);
      } catch (error) {
        throw new Error(`query ${number}: ${JSON.stringify(list)}`, { cause: error });
      }
    }
  });
});

function plain(object: ObjectBatch['objects'][number]): object {
  const { json, events, ...key } = object;
  return { ...key, json: Buffer.from(json).toString(), events: events?.map((event) => Buffer.from(event).toString()) };
}

describe('what the host does for a storage', () => {
  it('never reads to the end what the page does not need', async () => {
    let batches = 0;
    const capabilities = capabilitiesWithout('labelSelector');
    const inner = poorStorage(capabilities);
    const storage = guardStorage(
      {
        ...inner,
        resourceStorage: (type) => ({
          ...inner.resourceStorage(type),
          async *list() {
            for (;;) {
              batches++;
              const json = Buffer.from(`{"metadata":{"labels":{"a":"${batches}"}}}`);
              yield { objects: [{ cluster: 'c', namespace: 'n', name: `o${batches}`, json }], count: 1 };
            }
          },
        }),
      },
      {
        name: 'endless',
        capabilities,
        deadlines: defaultDeadlines,
        logger: pino({ level: 'silent' }),
        registry: new Registry(),
      },
    );
    const labelSelector = [{ key: 'a', operator: 'greaterThan', values: ['3'] }] as const;
    const page = await readPage(storage.resourceStorage(fleetTypes.pods), { labelSelector, limit: 2 });
    expect(page.objects.map(({ name }) => name)).toEqual(['o4', 'o5']);
    expect(page.position).toBeDefined();
    expect(batches).toBe(6);
  });

  it('leaves objects whole of which a row is wanted and the storage has none', async () => {
    const options = { withRows: { prefix: '' }, onlyMetadata: true, limit: 20 };
    const whole = await readPage(memory.factory.resourceStorage(fleetTypes.pods), { limit: 20 });
    for (const missing of [['rows'], ['rows', 'onlyMetadata'], ['rows', ...all]] as CapabilityName[][]) {
      const page = await readPage(guardPoor(missing).resourceStorage(fleetTypes.pods), options);
      expect(page.objects.map(plain)).toEqual(whole.objects.map(plain));
    }
  });

  it('counts what a sort drops on its way', async () => {
    const orderBy = [{ by: { column: 'name' }, descending: true }] as const;
    const options = { orderBy, limit: 3, withRemainingCount: true };
    const count = (storage: StorageFactory) => walkPages(storage.resourceStorage(fleetTypes.pods), options);
    const mine = await count(guardPoor(['orderBy']));
    expect(mine.length).toBeGreaterThan(5);
    expect(mine.map(({ remaining }) => remaining)).toEqual(
      (await count(memory.factory)).map(({ remaining }) => remaining),
    );
  });

  it('refuses a position that it did not issue', async () => {
    const storage = guardPoor(['continueToken']).resourceStorage(fleetTypes.pods);
    for (const after of ['5', '~', '~bm9uc2Vuc2U', '~W10']) {
      await expect(readPage(storage, { limit: 1, start: { after } })).rejects.toMatchObject({ code: 'INVALID' });
    }
  });

  it('refuses an order by what only the storage knows', async () => {
    const storage = guardPoor(['orderBy']).resourceStorage(fleetTypes.pods);
    const orderBy = [{ by: { column: 'synced_at' }, descending: false }] as const;
    await expect(readPage(storage, { orderBy })).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
  });
});
