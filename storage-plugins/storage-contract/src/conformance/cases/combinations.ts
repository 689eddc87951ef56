import assert from 'node:assert/strict';
import type { Capabilities } from '../../capabilities.js';
import type {
  FieldRequirement,
  LabelRequirement,
  ListOptions,
  OrderTerm,
  SelectorOperator,
} from '../../list-options.js';
import { compileFilter, compileOrder, selectableFromJson } from '../../selection/index.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list, listPages } from '../listing.js';
import { store, type TestObject, testObject } from '../test-objects.js';

type Pick = <Item>(items: readonly Item[]) => Item;

/** A sequence that is the same in every run. */
function createPick(seed: number): Pick {
  let state = seed;
  return (items) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const item = items[Math.floor((state / 2 ** 32) * items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  };
}

function createFleet(pick: Pick): readonly TestObject[] {
  return Array.from({ length: 120 }, (_, i) =>
    testObject(`${pick(['web', 'Api', 'job_x', 'db'])}-${i}`, {
      cluster: pick(['c1', 'c2', 'c3']),
      namespace: pick(['n1', 'n2', 'n3', '']),
      resourceVersion: String(pick([3, 20, 100]) + i),
      ...pick([{}, { created: `2024-01-0${pick([1, 2, 3, 4])}T00:00:00Z` }]),
      labels: { ...pick([{}, { app: pick(['a', 'b', '']) }]), ...pick([{}, { tier: pick(['1', '2', 'x']) }]) },
      spec: {
        ...pick([{}, { n: pick<unknown>([0, 7, 1.5, '7', true, null, '2Gi']) }]),
        items: pick([[], [{ k: 'x' }], [{ k: 'x' }, { k: 'y' }]]),
      },
    }),
  );
}

const operators: readonly SelectorOperator[] = ['in', 'notIn', 'exists', 'notExists', 'greaterThan', 'lessThan'];

function requirement(pick: Pick, values: readonly string[]): { operator: SelectorOperator; values: readonly string[] } {
  const operator = pick(operators);
  if (operator === 'exists' || operator === 'notExists') return { operator, values: [] };
  const several = operator === 'in' || operator === 'notIn' ? [pick(values), pick(values)] : [pick(['1', '5', '2'])];
  return { operator, values: several };
}

const labelRequirement = (pick: Pick): LabelRequirement => ({
  key: pick(['app', 'tier', 'none']),
  ...requirement(pick, ['a', 'b', '', '1', '2']),
});

const fieldRequirement = (pick: Pick): FieldRequirement => ({
  path: pick([
    [{ key: 'spec' }, { key: 'n' }],
    [{ key: 'spec' }, { key: 'items', list: 'any' as const }, { key: 'k' }],
    [{ key: 'spec' }, { key: 'items', list: -1 }, { key: 'k' }],
  ]),
  ...requirement(pick, ['x', 'y', '7', '0', 'true', '']),
});

const orderTerm = (pick: Pick): OrderTerm => ({
  by: pick<OrderTerm['by']>([
    { column: 'cluster' },
    { column: 'namespace' },
    { column: 'name' },
    { column: 'created_at' },
    { column: 'resource_version' },
    { path: [{ key: 'spec' }, { key: 'n' }] },
  ]),
  descending: pick([true, false]),
});

function createOptions(pick: Pick, capabilities: Capabilities): ListOptions {
  const time = () => Date.parse(`2024-01-0${pick([1, 2, 3, 4])}T00:00:00Z`);
  const members: (ListOptions | undefined)[] = [
    pick<ListOptions>([{}, { clusters: { in: [pick(['c1', 'c2']), 'c3'] } }, { clusters: { notIn: ['c2'] } }]),
    pick<ListOptions>([{}, {}, { namespaces: { in: ['n1', ''] } }, { namespaces: { notIn: ['n2'] } }]),
    pick<ListOptions>([{}, {}, {}, { names: { notIn: ['web-1', 'db-2'] } }]),
    pick<ListOptions>([{}, {}, { since: time() }, { before: time() }]),
    capabilities.fuzzyName
      ? pick<ListOptions>([{}, {}, { fuzzyNames: { in: ['1', 'WEB'] } }, { fuzzyNames: { notIn: ['b'] } }])
      : undefined,
    capabilities.labelSelector
      ? pick<ListOptions>([
          {},
          { labelSelector: [labelRequirement(pick)] },
          { labelSelector: [labelRequirement(pick), labelRequirement(pick)] },
        ])
      : undefined,
    capabilities.fieldSelector ? pick<ListOptions>([{}, { fieldSelector: [fieldRequirement(pick)] }]) : undefined,
    capabilities.orderBy
      ? pick<ListOptions>([{}, { orderBy: [orderTerm(pick)] }, { orderBy: [orderTerm(pick), orderTerm(pick)] }])
      : undefined,
  ];
  return Object.assign({}, ...members) as ListOptions;
}

function expectedIds(fleet: readonly TestObject[], options: ListOptions): readonly string[] {
  const matches = compileFilter(options);
  const order = compileOrder(options.orderBy);
  const selected = fleet.map(({ cluster, prepared }) => selectableFromJson(prepared.json, cluster)).filter(matches);
  const entries = selected.map((object) => ({ object, key: order.key(object) }));
  entries.sort((a, b) => order.compare(a.key, b.key));
  return entries.map(({ object }) => `${object.cluster}/${object.namespace}/${object.name}`);
}

export const combinationCases: readonly ConformanceCase[] = [
  {
    name: 'options combine as the reference selection says, 200 times',
    async run({ storage, capabilities }) {
      const pick = createPick(20240501);
      const fleet = createFleet(pick);
      await store(storage, fleet);
      for (let i = 0; i < 200; i++) {
        const options = createOptions(pick, capabilities);
        const expected = expectedIds(fleet, options);
        assert.deepEqual((await list(storage, options)).ids, expected, `of ${JSON.stringify(options)}`);
        if (!capabilities.continueToken || i % 5 > 0) continue;
        const pages = await listPages(storage, { ...options, limit: 9 });
        assert.deepEqual(
          pages.flatMap(({ ids }) => ids),
          expected,
          `in pages, of ${JSON.stringify(options)}`,
        );
      }
    },
  },
];
