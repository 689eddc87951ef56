import type { Capabilities } from '../capabilities.js';
import type { ListOptions } from '../list-options.js';
import type { StorageFactory } from '../storage-factory.js';
import type { ConformanceOptions, ReferenceStorage } from './conformance-run.js';
import { drain } from './rejects.js';
import { createStores } from './stores.js';
import { pods, store, type TestObject, testObject } from './test-objects.js';

/** How long an operation took, beside the reference storage in the same run. */
export interface MeasuredOperation {
  readonly name: string;
  /** The lower quartile of the rounds, of both: what else the machine does makes some of them slow, none of them quick. */
  readonly milliseconds: number;
  readonly referenceMilliseconds: number;
  /** How many times as long as the reference storage; 1 is as long. */
  readonly ratio: number;
}

interface Operation {
  readonly name: string;
  run(storage: StorageFactory, round: number): Promise<void>;
}

const rounds = 9;
const fleetSize = 2000;

/**
 * Measures a few operations, among 2,000 objects of about 2 kB. Both take turns on the same machine, so that what else it does slows both: a ratio tells
 * more than a time does.
 */
export async function measureStorage(
  options: Pick<ConformanceOptions, 'open' | 'remove' | 'capabilities'>,
  reference: ReferenceStorage,
): Promise<readonly MeasuredOperation[]> {
  const stores = createStores(options);
  const references = createStores(reference);
  try {
    const storage = await stores.open(await stores.createDirectory());
    const beside = await references.open(await references.createDirectory());
    const fleet = Array.from({ length: fleetSize }, (_, index) => fleetObject(index, 1));
    for (const one of [storage, beside]) await store(one, fleet);
    const measured: MeasuredOperation[] = [];
    for (const operation of operationsFor(options.capabilities, fleet)) {
      measured.push(await measure(operation, storage, beside));
    }
    return measured;
  } finally {
    await stores.close();
    await references.close();
  }
}

async function measure(
  { name, run }: Operation,
  storage: StorageFactory,
  reference: StorageFactory,
): Promise<MeasuredOperation> {
  const times = new Map<StorageFactory, number[]>([
    [storage, []],
    [reference, []],
  ]);
  // Round 0 warms both up.
  for (let round = 0; round <= rounds; round++) {
    const order = round % 2 === 0 ? [storage, reference] : [reference, storage];
    for (const one of order) {
      const start = performance.now();
      await run(one, round);
      if (round > 0) times.get(one)?.push(performance.now() - start);
    }
  }
  const milliseconds = lowerQuartile(times.get(storage) ?? []);
  const referenceMilliseconds = lowerQuartile(times.get(reference) ?? []);
  return { name, milliseconds, referenceMilliseconds, ratio: milliseconds / Math.max(referenceMilliseconds, 0.001) };
}

function operationsFor(has: Capabilities, fleet: readonly TestObject[]): readonly Operation[] {
  const listing = (name: string, options: ListOptions): Operation => ({
    name,
    run: (storage) => drain(storage.resourceStorage(pods).list(Object.freeze(options))),
  });
  // Made before anything is measured.
  const versions = Array.from({ length: rounds + 1 }, (_, round) =>
    Array.from({ length: 500 }, (__, index) => fleetObject(index, round + 2)),
  );
  return [
    {
      name: 'write 500 objects',
      run: (storage, round) => store(storage, versions[round] ?? []),
    },
    {
      name: 'get 200 objects',
      async run(storage) {
        for (const { cluster, prepared } of fleet.slice(0, 200)) {
          await storage.resourceStorage(pods).get(cluster, prepared.namespace, prepared.name);
        }
      },
    },
    listing('list one namespace', { clusters: { in: ['c1'] }, namespaces: { in: ['n3'] } }),
    ...(has.continueToken ? [listing('list a page of 100', { limit: 100 })] : []),
    ...(has.labelSelector
      ? [listing('list by a label', { labelSelector: [{ key: 'app', operator: 'in', values: ['app-7'] }] })]
      : []),
    ...(has.fieldSelector
      ? [
          listing('list by a field', {
            fieldSelector: [{ path: [{ key: 'spec' }, { key: 'node' }], operator: 'in', values: ['node-7'] }],
          }),
        ]
      : []),
    listing('list all 2,000 objects', {}),
  ];
}

function fleetObject(index: number, resourceVersion: number): TestObject {
  return testObject(`pod-${String(index).padStart(5, '0')}`, {
    cluster: `c${index % 4}`,
    namespace: `n${index % 10}`,
    resourceVersion: String(resourceVersion),
    created: new Date(1.7e12 + index * 1000).toISOString(),
    labels: { app: `app-${index % 100}` },
    spec: { node: `node-${index % 50}`, data: 'x'.repeat(1700) },
  });
}

function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 4)] ?? 0;
}
