import { join } from 'node:path';
import { type ObjectChange, prepareObject, type StorageFactory } from '@clusterdex/storage-contract';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { bundledFolder } from '../../src/plugin-host/bundled-folder.js';
import { defaultDeadlines } from '../../src/plugin-host/deadlines.js';
import { discoverPlugins } from '../../src/plugin-host/discover.js';
import { guardStorage } from '../../src/plugin-host/guard.js';
import { openUnguarded } from '../../src/plugin-host/open-storage.js';
import { selectPlugin } from '../../src/plugin-host/select.js';
import { fleetTypes } from '../support/fleet-types.js';
import type { Check, Figure } from './report.js';
import { interleave, type Measurement, median } from './statistics.js';
import { createFigure } from './storage-bench.js';

export interface GuardBenchOptions {
  readonly folder: string;
  readonly rounds: number;
}

const pods = 2000;
const getsPerRun = 50_000;
const listsPerRun = 250;
/** Short ones: what a list costs more is less than what a busy machine changes from one second to the next. */
const listTurns = 41;
const limit = 500;

/** What the guard costs: calls to the memory storage through it, beside the same calls without it, in one process. */
export async function benchGuard({
  folder,
  rounds,
}: GuardBenchOptions): Promise<{ figures: Figure[]; checks: Check[] }> {
  const logger = pino({ level: 'info' }, { write() {} });
  const registry = new Registry();
  const surroundings = { logger, registry, signal: new AbortController().signal, dataDirectory: join(folder, 'guard') };
  const row = selectPlugin(await discoverPlugins([], { bundled: bundledFolder() }), 'memory');
  const { storage, capabilities } = await openUnguarded(row, { ...surroundings, config: { journal: false } });
  const guarded = guardStorage(storage, {
    name: 'memory',
    capabilities,
    deadlines: defaultDeadlines,
    logger,
    registry,
  });
  await fill(storage);
  const about = { storage: 'memory', pods, limit: 'without the guard', unit: 'calls/s' };
  const turns = Math.max(rounds, 7);
  const runs: Readonly<
    Record<'gets' | 'lists' | 'listsWithSignals', (factory: StorageFactory) => Promise<Measurement>>
  > = {
    gets(factory) {
      const resources = factory.resourceStorage(fleetTypes.pods);
      return measure(getsPerRun, () => resources.get('c', 'n', 'pod-1'));
    },
    lists: (factory) => measure(listsPerRun, () => drain(factory)),
    listsWithSignals: (factory) => measure(listsPerRun, () => drain(factory, new AbortController().signal)),
  };
  // Both are warm before anything counts.
  for (const factory of [storage, guarded]) for (const run of Object.values(runs)) await run(factory);
  const costs = { guarded: [] as number[], direct: [] as number[] };
  const get = await interleave(turns, {
    subject: () => keepCost(costs.guarded, runs.gets(guarded)),
    limit: () => keepCost(costs.direct, runs.gets(storage)),
  });
  const list = await interleave(listTurns, { subject: () => runs.lists(guarded), limit: () => runs.lists(storage) });
  const withSignals = await interleave(listTurns, {
    subject: () => runs.listsWithSignals(guarded),
    limit: () => runs.listsWithSignals(storage),
  });
  await guarded.shutdown();
  const clock = 1e6 / get.subject - 1e6 / get.limit;
  const processor = median(costs.guarded) - median(costs.direct);
  return {
    figures: [
      createFigure({ ...about, what: 'guard: get one' }, get),
      createFigure({ ...about, what: `guard: list, limit ${limit}` }, list),
      createFigure({ ...about, what: 'guard: the same, each with a signal' }, withSignals),
    ],
    checks: [
      {
        what: 'a get through the guard costs less than 1 µs more',
        holds: processor < 1,
        found: `${processor.toFixed(2)} µs of processor time, ${clock.toFixed(2)} µs by the clock`,
      },
      {
        what: 'a list through the guard costs nothing that can be measured: 97 % or more of its speed without',
        holds: (list.processorRatio ?? list.ratio) >= 0.97,
        found: `${(100 * (list.processorRatio ?? list.ratio)).toFixed(1)} % by CPU`,
      },
    ],
  };
}

async function keepCost(costs: number[], run: Promise<Measurement>): Promise<Measurement> {
  const measurement = await run;
  costs.push(measurement.processorMicroseconds ?? Number.NaN);
  return measurement;
}

async function fill(storage: StorageFactory): Promise<void> {
  const labels = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`label-${at}`, 'x'.repeat(40)]));
  const changes = Array.from({ length: pods }, (_, at): ObjectChange => {
    const metadata = { name: `pod-${at}`, namespace: 'n', uid: String(at), resourceVersion: '1', labels };
    const json = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata }));
    return { type: 'upsert', object: prepareObject(json, { cluster: 'c' }) };
  });
  await storage.prepareCluster('c');
  await storage.resourceStorage(fleetTypes.pods).write('c', changes);
}

async function drain(factory: StorageFactory, signal?: AbortSignal): Promise<void> {
  for await (const { count } of factory.resourceStorage(fleetTypes.pods).list({ limit }, signal)) {
    if (count > limit) throw new Error(`a list of ${count}`);
  }
}

async function measure(calls: number, call: () => Promise<unknown>): Promise<Measurement> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  for (let at = 0; at < calls; at++) await call();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: calls / seconds, processorMicroseconds: (user + system) / calls };
}
