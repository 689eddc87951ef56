import { join } from 'node:path';
import { type ObjectBatch, type ObjectChange, prepareObject } from '@clusterdex/storage-contract';
import type { OpenedStorage } from '../../src/plugin-host/open-storage.js';
import { retry } from '../../src/synchro/import/retry.js';
import { fleetTypes } from '../support/fleet-types.js';
import { openTestStorage } from '../support/open-test-storage.js';
import type { Check, Figure } from './report.js';
import { interleave, type Measurement } from './statistics.js';
import { createFigure } from './storage-bench.js';

export interface GrowthBenchOptions {
  readonly storage: string;
  /** Objects in each store; the first is what the last is compared with. */
  readonly sizes: readonly [small: number, large: number];
  readonly config: (store: string) => Readonly<Record<string, unknown>>;
  readonly folder: string;
  readonly rounds: number;
  readonly milliseconds: number;
}

const batchSize = 1000;
const clusters = 3;
const bucketLabel = 'bench/bucket';

interface Store {
  readonly opened: OpenedStorage;
  readonly size: number;
  readonly perSecond: number;
}

/** The same gets and label searches among few and among many small objects, by turns. */
export async function benchGrowth(options: GrowthBenchOptions): Promise<{ figures: Figure[]; checks: Check[] }> {
  const [few, many] = await Promise.all(options.sizes.map((size) => open(options, size))).then(async ([a, b]) => {
    if (a === undefined || b === undefined) throw new Error('expected two sizes');
    return [await fill(a), await fill(b)] as const;
  });
  const figures: Figure[] = [];
  const checks: Check[] = [];
  const what = { get: 'get one', label: 'list by label, 10' } as const;
  for (const operation of ['get', 'label'] as const) {
    const run = (store: Store) => measure(store, operation, options.milliseconds);
    for (const store of [few, many]) await run(store);
    const pair = await interleave(options.rounds, { subject: () => run(many), limit: () => run(few) });
    const about = { storage: options.storage, pods: many.size, limit: `among ${few.size}`, unit: 'calls/s' };
    const figure = createFigure({ ...about, what: `growth: ${what[operation]}` }, pair);
    figures.push(figure);
    checks.push({
      what: `${options.storage}, ${what[operation]} among ${many.size} objects costs at most twice what it costs among ${few.size}`,
      holds: figure.ratio >= 0.5,
      found: `${(1 / figure.ratio).toFixed(2)} times`,
    });
  }
  checks.push({
    what: `${options.storage}, ingest of ${many.size} small objects at 5,000 a second or more`,
    holds: many.perSecond >= 5000,
    found: `${Math.round(many.perSecond)} objects/s`,
  });
  for (const { opened } of [few, many]) await opened.close();
  return { figures, checks };
}

async function open({ storage, folder, config }: GrowthBenchOptions, size: number): Promise<Omit<Store, 'perSecond'>> {
  const store = `growth_${size}`;
  return {
    size,
    opened: await openTestStorage(storage, { dataDirectory: join(folder, store), config: config(store) }),
  };
}

async function fill(store: Omit<Store, 'perSecond'>): Promise<Store> {
  const { factory } = store.opened;
  const objects = factory.resourceStorage(fleetTypes.configmaps);
  const { signal } = new AbortController();
  const started = performance.now();
  for (let cluster = 0; cluster < clusters; cluster++) {
    await factory.prepareCluster(`cluster-${cluster}`);
    let writing: Promise<unknown> = Promise.resolve();
    let changes: ObjectChange[] = [];
    const flush = async () => {
      const ready = changes;
      changes = [];
      await writing;
      if (ready.length > 0) writing = retry(() => objects.write(`cluster-${cluster}`, ready), { signal });
    };
    for (let index = cluster; index < store.size; index += clusters) {
      changes.push({ type: 'upsert', object: smallObject(index) });
      if (changes.length === batchSize) await flush();
    }
    await flush();
    await writing;
  }
  return { ...store, perSecond: store.size / ((performance.now() - started) / 1000) };
}

const placeOf = (index: number) =>
  [`cluster-${index % clusters}`, `namespace-${index % 50}`, `object-${index}`] as const;

function smallObject(index: number) {
  const [cluster, namespace, name] = placeOf(index);
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace,
      uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      resourceVersion: String(index + 1),
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { app: `app-${index % 20}`, [bucketLabel]: `b${Math.floor(index / 10)}` },
    },
    data: { config: `value of ${name}; `.repeat(8) },
  };
  return prepareObject(Buffer.from(JSON.stringify(object)), { cluster });
}

async function measure(
  { opened, size }: Store,
  operation: 'get' | 'label',
  milliseconds: number,
): Promise<Measurement> {
  const objects = opened.factory.resourceStorage(fleetTypes.configmaps);
  const started = performance.now();
  const processor = process.cpuUsage();
  let count = 0;
  for (; performance.now() - started < milliseconds; count++) {
    // Spread over the whole store, so that no cache holds the next one by chance.
    const index = (count * 7919 * 31) % size;
    if (operation === 'get') await objects.get(...placeOf(index));
    else {
      const values = [`b${Math.floor(index / 10)}`];
      const labelSelector = [{ key: bucketLabel, operator: 'in', values }] as const;
      const found = await countObjects(objects.list({ labelSelector, limit: 500 }));
      if (found !== 10) throw new Error(`expected 10 objects of a bucket, found ${found}`);
    }
  }
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(processor);
  return { perSecond: count / seconds, processorMicroseconds: (user + system) / count };
}

async function countObjects(batches: AsyncIterable<ObjectBatch>): Promise<number> {
  let count = 0;
  for await (const batch of batches) count += batch.count;
  return count;
}
