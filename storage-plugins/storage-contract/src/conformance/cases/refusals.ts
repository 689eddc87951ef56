import type { CapabilityName } from '../../capabilities.js';
import type { ListOptions } from '../../list-options.js';
import type { ConformanceCase } from '../conformance-case.js';
import { list } from '../listing.js';
import { rejects } from '../rejects.js';
import { pods, store, testObject } from '../test-objects.js';

/** An option that needs the capability. */
const samples: Readonly<Partial<Record<CapabilityName, ListOptions>>> = {
  labelSelector: { labelSelector: [{ key: 'app', operator: 'in', values: ['x'] }] },
  fieldSelector: { fieldSelector: [{ path: [{ key: 'kind' }], operator: 'in', values: ['Pod'] }] },
  ownerSearch: { clusters: { in: ['c1'] }, owner: { uid: 'u', seniority: 0 } },
  fuzzyName: { fuzzyNames: { in: ['a'] } },
  orderBy: { orderBy: [{ by: { column: 'name' }, descending: true }] },
  continueToken: { limit: 1 },
  remainingItemCount: { withRemainingCount: true },
  onlyMetadata: { onlyMetadata: true },
  rows: { withRows: { prefix: '1' } },
  events: { injectEvents: true },
  fullText: { fullText: { required: [[{ words: ['a'], prefix: false }]], excluded: [] } },
  rawQuery: { rawQuery: { statement: 'name = ?', parameters: ['a'] } },
};

const refusals = Object.entries(samples).map(
  ([capability, options]): ConformanceCase => ({
    name: `what needs ${capability} is refused without it`,
    unless: capability as CapabilityName,
    async run({ storage }) {
      await store(storage, [testObject('a')]);
      await rejects(() => list(storage, options), 'NOT_SUPPORTED', capability);
    },
  }),
);

export const refusalCases: readonly ConformanceCase[] = [
  ...refusals,
  {
    name: 'recordEvents is refused without events',
    unless: 'events',
    async run({ storage }) {
      await rejects(() => storage.resourceStorage(pods).recordEvents('c1', []), 'NOT_SUPPORTED', 'recordEvents');
    },
  },
  {
    name: 'there are no collections without collectionResources',
    unless: 'collectionResources',
    async run({ storage }) {
      const [first] = storage.collectionResources();
      if (first !== undefined) throw new Error(`${first.name} is there`);
      await rejects(() => storage.collectionResourceStorage('any'), 'NOT_FOUND', 'any');
    },
  },
  {
    name: 'an extra label that the storage does not know is refused',
    async run({ storage }) {
      await store(storage, [testObject('a')]);
      const extraLabelSelector = [{ key: 'nonsense.clusterpedia.io/nonsense', operator: 'in', values: ['x'] }] as const;
      await rejects(() => list(storage, { extraLabelSelector }), 'NOT_SUPPORTED', 'nonsense');
    },
  },
];
