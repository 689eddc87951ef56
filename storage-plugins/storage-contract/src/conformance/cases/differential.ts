import assert from 'node:assert/strict';
import type { Capabilities, CapabilityName } from '../../capabilities.js';
import type { StorageFactory } from '../../storage-factory.js';
import type { WatchEvent } from '../../watch.js';
import type { CaseContext, ConformanceCase } from '../conformance-case.js';
import { type Answer, answerOf, describeError, describeObject } from '../differential/answer.js';
import { differenceOf } from '../differential/difference.js';
import { createDraw, type Draw } from '../differential/draw.js';
import {
  describeQuery,
  describeStep,
  differenceOfQuery,
  explainDifference,
  type StoragePair,
} from '../differential/explain-difference.js';
import { drawQuery } from '../differential/random-query.js';
import {
  applyStep,
  createStepDrawer,
  drawName,
  fleetClusters,
  fleetTypes,
  type Step,
} from '../differential/random-steps.js';
import { namespaces } from '../differential/vocabulary.js';
import { pods, testObject } from '../test-objects.js';
import { revisionOf, watchPods } from '../watching.js';

const rounds = 4;
const stepsPerRound = 20;
const queriesPerRound = 50;

export const differentialCases: readonly ConformanceCase[] = [
  {
    name: 'random writes are answered as by the reference storage, and leave the same',
    needsReference: true,
    run: (context) => differentially(context, compareWrites),
  },
  {
    name: 'random lists of a random fleet are those of the reference storage',
    needsReference: true,
    run: (context) => differentially(context, compareLists),
  },
  {
    name: 'watches of random writes tell what those of the reference storage tell',
    needsReference: true,
    needs: ['watch', 'labelSelector'],
    run: (context) => differentially(context, compareWatches),
  },
];

interface Differential {
  readonly pair: StoragePair;
  readonly draw: Draw;
  /** What both of them can do. */
  readonly has: Capabilities;
  drawSteps(count: number): readonly Step[];
  openPair(): Promise<StoragePair>;
}

/** Rejects with the seed in front of what was found. */
async function differentially(
  { storage, capabilities, seed, openAnother, reference }: CaseContext,
  compare: (differential: Differential) => Promise<void>,
): Promise<void> {
  assert.ok(reference, 'a case that needs a reference storage has one');
  const names = Object.keys(capabilities) as CapabilityName[];
  const both = names.map((name) => [name, capabilities[name] && reference.capabilities[name]]);
  const has = Object.fromEntries(both) as Capabilities;
  const draw = createDraw(seed);
  const drawer = createStepDrawer(draw);
  const openPair = async () => ({ reference: await reference.open(), storage: await openAnother() });
  try {
    await compare({
      pair: { reference: await reference.open(), storage },
      draw,
      has,
      drawSteps: (count) => drawer.draw(count).filter((step) => has.events || !('events' in step)),
      openPair,
    });
  } catch (error) {
    throw new Error(`with seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function compareLists({ pair, draw, has, drawSteps, openPair }: Differential): Promise<void> {
  const steps: Step[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const step of drawSteps(stepsPerRound)) {
      steps.push(step);
      await applyStep(pair.reference, step);
      await applyStep(pair.storage, step);
    }
    for (let number = 1; number <= queriesPerRound; number++) {
      const query = drawQuery(draw, has);
      if ((await differenceOfQuery(pair, query)) === undefined) continue;
      const explanation = await explainDifference(pair, { query, steps }, openPair);
      throw new Error(`query ${number} of round ${round} is answered otherwise: ${explanation}`);
    }
  }
}

async function compareWrites({ pair, draw, has, drawSteps }: Differential): Promise<void> {
  const steps = drawSteps(rounds * stepsPerRound);
  for (const [index, step] of steps.entries()) {
    const apply = async (storage: StorageFactory) => [JSON.stringify(await applyStep(storage, step))];
    await same(pair, apply, `step ${index + 1}: ${describeStep(step)}`);
    const key = [draw.pick(fleetClusters), draw.pick(namespaces), drawName(draw)] as const;
    const type = draw.pick(fleetTypes);
    const get = async (storage: StorageFactory) => {
      const options = { injectEvents: has.events };
      const found = storage.resourceStorage(type).get(key[0], type.namespaced ? key[1] : '', key[2], options);
      return [await found.then(describeObject, describeError)];
    };
    await same(pair, get, `get of ${type.resource} ${key.join('/')} behind step ${index + 1}`);
  }
  for (const of of new Set(fleetTypes)) {
    await same(pair, (storage) => answerOf(storage, { of, options: {} }), describeQuery({ of, options: {} }));
  }
  for (const cluster of fleetClusters) {
    await same(pair, (storage) => versionsOf(storage, cluster), `resourceVersions of ${cluster}`);
  }
}

async function same(pair: StoragePair, ask: (storage: StorageFactory) => Promise<Answer>, what: string): Promise<void> {
  const difference = differenceOf(await ask(pair.reference), await ask(pair.storage));
  assert.ok(difference === undefined, `${what}\n${difference}`);
}

async function versionsOf(storage: StorageFactory, cluster: string): Promise<Answer> {
  const lines: string[] = [];
  for await (const batch of storage.resourceVersions(cluster)) {
    for (const { type, namespace, name, resourceVersion } of batch) {
      lines.push(`${type.group}/${type.version}/${type.resource} ${namespace}/${name} ${resourceVersion}`);
    }
  }
  return lines.sort();
}

async function compareWatches({ pair, drawSteps }: Differential): Promise<void> {
  const steps = drawSteps(rounds * stepsPerRound);
  const web = [{ key: 'app', operator: 'in', values: ['web'] }] as const;
  const told = async (storage: StorageFactory): Promise<Answer> => {
    const start = await revisionOf(storage);
    const watchers = [{}, { labelSelector: web }].map((options) => watchPods(storage, start, options));
    for (const step of steps) await applyStep(storage, step);
    // What is written of events last may raise the revision, and no watch is told.
    const last = testObject('last-of-all', { cluster: 'c1', labels: { app: 'web' } });
    await applyStep(storage, { cluster: 'c1', type: pods, changes: [{ type: 'upsert', object: last.prepared }] });
    const end = await revisionOf(storage);
    const lines: string[] = [];
    for (const [index, watcher] of watchers.entries()) {
      const events = await watcher.until(end);
      await watcher.stop();
      lines.push(...changesOf(events).map((line) => `${index === 0 ? 'all' : 'app in (web)'}: ${line}`));
    }
    return lines;
  };
  await same(pair, told, `watches of ${pods.resource} while ${steps.length} steps are written`);
}

/** Each object's changes in their order; how those of several objects of one write follow each other is not said. */
function changesOf(events: readonly WatchEvent[]): Answer {
  const objects = new Map<string, string[]>();
  for (const { type, object } of events) {
    const { cluster, namespace, name } = object;
    const key = `${cluster}/${namespace}/${name}`;
    objects.set(key, [...(objects.get(key) ?? []), `${type} ${describeObject(object)}`]);
  }
  return [...objects].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([, changes]) => changes);
}
