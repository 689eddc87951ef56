import type { CollectionListOptions, ResourceTypeSelector, StoredObject } from '@clusterdex/storage-contract';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { testedStorages } from '../backends/tested-storages.js';
import { createExample, type ExampleObject, exampleKey, metadataText } from '../support/example-object.js';
import { fillStorage } from '../support/fill-storage.js';
import { generateFleet } from '../support/fleet.js';
import { fleetRow, fleetRowPrefix } from '../support/fleet-row.js';
import { fleetTypes } from '../support/fleet-types.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { askOracle } from '../support/oracle.js';
import { createRandom, type Random } from '../support/random.js';
import { drawListOptions } from '../support/random-list-options.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { readPage, walkPages } from './walk-pages.js';

/** CLUSTERDEX_TEST_SEED=7 repeats one seed; CLUSTERDEX_TEST_QUERIES says how many queries for each seed. */
const seeds = (process.env.CLUSTERDEX_TEST_SEED ?? '1,2,3,4').split(',').map(Number);
const queries = Number(process.env.CLUSTERDEX_TEST_QUERIES ?? 120);

interface Query {
  readonly list: 'resource' | 'any' | 'workloads' | 'kuberesources';
  readonly types: readonly ResourceTypeSelector[] | 'all';
  readonly options: CollectionListOptions;
}

const workloads = (['deployments', 'statefulsets', 'daemonsets'] as const).map((resource) => ({
  group: 'apps',
  version: 'v1',
  resource,
}));
/** Of the generated types these are no Kubernetes groups. */
const customGroups = new Set(['delivery.acme.example', 'odd.acme.example']);

function drawQuery(random: Random, fleet: readonly ExampleObject[]): Query {
  const type = random.pick(Object.values(fleetTypes));
  const list = random.pick(['resource', 'resource', 'resource', 'any', 'workloads', 'kuberesources'] as const);
  let types: readonly ResourceTypeSelector[] | 'all' = [type];
  if (list === 'workloads') types = workloads;
  if (list === 'kuberesources') {
    const groups = new Set(Object.values(fleetTypes).map(({ group }) => group));
    types = [...groups].filter((group) => !customGroups.has(group)).map((group) => ({ group }));
  }
  if (list === 'any') {
    const other = random.pick(Object.values(fleetTypes));
    types = random.pick([
      'all',
      [{ group: type.group }],
      [
        { group: type.group, version: type.version },
        { group: other.group, resource: other.resource },
      ],
      [{ group: type.group, resource: type.resource }, { group: 'nobody.example' }],
      [type, other].map(({ group, version, resource }) => ({ group, version, resource })),
    ] as const);
  }
  const inScope = askOracle(fleet, {}, types);
  const options = drawListOptions(random, inScope.length === 0 ? fleet : inScope, fleet);
  const drawn = random.chance(0.3) ? { ...options, withRows: { prefix: fleetRowPrefix } } : options;
  return { list, types, options: list === 'any' ? { ...drawn, types } : drawn };
}

function storedKey(object: StoredObject, query: Query): string {
  const [only] = query.types as readonly ResourceTypeSelector[];
  const { group, resource } =
    query.list === 'resource' ? (only ?? { group: '', resource: '' }) : (object.type ?? { group: '?', resource: '?' });
  return [object.cluster, group, resource, object.namespace, object.name].join('|');
}

/** What an example looks like in an answer to this query. */
function asAnswered(
  example: ExampleObject,
  { options }: Query,
  { eventsOf, rowOf }: { eventsOf: ReadonlyMap<string, readonly string[]>; rowOf: ReadonlyMap<string, string> },
): object {
  const { apiVersion, kind, metadata } = example.fields;
  const events =
    options.injectEvents === true ? eventsOf.get(`${example.cluster} ${metadataText(example, 'uid')}`) : undefined;
  const stored = rowOf.get(exampleKey(example));
  const row = options.withRows && stored?.startsWith(options.withRows.prefix) ? stored : undefined;
  const isReduced = options.onlyMetadata === true && (options.withRows === undefined || row !== undefined);
  return { fields: isReduced ? { apiVersion, kind, metadata } : example.fields, events: events ?? [], row };
}

function fromStorage(object: StoredObject): object {
  const events = (object.events ?? []).map((json) => JSON.parse(Buffer.from(json).toString()).metadata.uid);
  return { fields: JSON.parse(Buffer.from(object.json).toString()), events: events.sort(), row: object.row };
}

describe.each(seeds)('a random fleet, seed %i', (seed) => {
  const folder = temporaryFolder();
  const generated = [...generateFleet({ seed, pods: 120, namespaces: 4, odd: true })];
  const fleet = generated.map(createExample);
  const eventsOf = new Map<string, string[]>();
  for (const example of fleet) {
    const involved = example.fields.involvedObject as { readonly uid: string } | undefined;
    if (involved === undefined) continue;
    const key = `${example.cluster} ${involved.uid}`;
    eventsOf.set(key, [...(eventsOf.get(key) ?? []), metadataText(example, 'uid')].sort());
  }
  const rowOf = new Map<string, string>();
  for (const one of generated) {
    const row = fleetRow(one);
    if (row !== undefined) rowOf.set(exampleKey(createExample(one)), row);
  }
  const storages = testedStorages({ everyServer: true });
  const opened = new Map<string, OpenedStorage>();

  beforeAll(async () => {
    for (const { name, storage: plugin, config } of storages) {
      if (config === undefined) continue;
      const storage = await openTestStorage(plugin, { dataDirectory: folder, config });
      opened.set(name, storage);
      await fillStorage(storage.factory, generated);
    }
  });
  afterAll(() => Promise.all([...opened.values()].map((storage) => storage.close())));

  for (const { name, config, notRun } of storages) if (config === undefined) it.skip(`${name}: ${notRun}`, () => {});
  it.each(storages.filter(({ config }) => config !== undefined))(
    `$name answers ${queries} random queries as the oracle does, in whole and page by page`,
    async ({ name }) => {
      const factory = opened.get(name)?.factory;
      if (factory === undefined) throw new Error(`${name} is not open`);
      const random = createRandom(seed * 1000);
      let found = 0;
      for (let number = 1; number <= queries; number += 1) {
        const query = drawQuery(random, fleet);
        const { limit, ...unlimited } = query.options;
        const expected = askOracle(fleet, query.options, query.types);
        const keys = expected.map(exampleKey);
        found += keys.length > 0 && keys.length < fleet.length ? 1 : 0;
        const [type] = query.types;
        const storage =
          query.list === 'resource'
            ? factory.resourceStorage(type as (typeof fleetTypes)['pods'])
            : factory.collectionResourceStorage(query.list);
        try {
          const whole = await readPage(storage, unlimited);
          expect(whole.objects.map((object) => storedKey(object, query))).toEqual(keys);
          expect(whole.objects.map(fromStorage)).toEqual(
            expected.map((example) => asAnswered(example, query, { eventsOf, rowOf })),
          );
          expect(whole.position).toBeUndefined();
          if (limit !== undefined) {
            const pages = await walkPages(storage, query.options);
            expect(pages.flatMap((page) => page.objects.map((object) => storedKey(object, query)))).toEqual(keys);
            expect(pages.length).toBe(Math.max(1, Math.ceil(keys.length / limit)));
            if (query.options.withRemainingCount === true) {
              const remaining = pages.map((_, index) => Math.max(0, keys.length - (index + 1) * limit));
              expect(pages.map((page) => page.remaining)).toEqual(remaining);
            }
          }
          const offset = random.integer(keys.length + 3);
          const tail = await readPage(storage, { ...query.options, start: { offset } });
          const end = limit === undefined ? undefined : offset + limit;
          expect(tail.objects.map((object) => storedKey(object, query))).toEqual(keys.slice(offset, end));
          if (query.options.withRemainingCount === true) {
            expect(tail.remaining).toBe(keys.length - offset - tail.objects.length);
          }
        } catch (error) {
          throw new Error(`seed ${seed}, query ${number}: ${JSON.stringify(query)}`, { cause: error });
        }
      }
      // The queries are worth something only if many of them divide the fleet.
      expect(found).toBeGreaterThan(queries / 3);
    },
  );
});
