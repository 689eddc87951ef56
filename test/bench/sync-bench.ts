import { join } from 'node:path';
import { ApiClient } from '../support/api-client.js';
import { type ApiServer, apiServerAssets, apiServerNotRun, startApiServer } from '../support/api-server.js';
import { generateFleet } from '../support/fleet.js';
import { startChild } from './child.js';
import type { Check, Figure } from './report.js';
import { interleave, type Measurement } from './statistics.js';
import { createFigure } from './storage-bench.js';
import type { SyncBenchAnswer, SyncBenchMessage } from './sync-child.js';

export interface SyncBenchOptions {
  readonly storage: string;
  readonly config: (store: string) => Readonly<Record<string, unknown>>;
  readonly pods: number;
  readonly folder: string;
  readonly rounds: number;
  readonly seed: number;
}

const baseMemory = 250e6;
const memoryOfObject = 500;
const writers = 48;

/** The first sync of the pods of a real API server, by turns with a bare client that lists and parses them; then a restart with nothing changed. */
export async function benchSync(options: SyncBenchOptions): Promise<{ figures: Figure[]; checks: Check[] }> {
  const { storage, pods, folder, rounds } = options;
  if (apiServerAssets === undefined) {
    return { figures: [], checks: [{ what: `${storage}, first sync`, holds: true, found: apiServerNotRun }] };
  }
  const server = await startApiServer();
  try {
    await fill(server, options);
    const figures: Figure[] = [];
    const checks: Check[] = [];
    for (const initialEvents of [true, false]) {
      const syncs: SyncBenchAnswer[] = [];
      let store = '';
      const run = async (kind: 'bare' | 'sync'): Promise<Measurement> => {
        store = `sync_${initialEvents ? 'events' : 'pages'}_${syncs.length}`;
        const answer = await ask(server, options, { kind, store, initialEvents });
        if (kind === 'sync') syncs.push(answer);
        if (answer.objects !== pods) throw new Error(`expected ${pods} pods, found ${answer.objects}`);
        return {
          perSecond: pods / answer.seconds,
          processorMicroseconds: (answer.processorSeconds * 1e6) / pods,
        };
      };
      const pair = await interleave(rounds, { subject: () => run('sync'), limit: () => run('bare') });
      const way = initialEvents ? 'initial events' : 'pages';
      const about = { storage, pods, limit: 'bare list and JSON.parse', unit: 'objects/s' };
      figures.push(createFigure({ ...about, what: `first sync, ${way}` }, pair));
      const most = Math.max(...syncs.map(({ residentMemory }) => residentMemory));
      checks.push({
        what: `${storage}, first sync of ${pods} pods by ${way} in less than 250 MB and 500 bytes a pod`,
        holds: most <= baseMemory + memoryOfObject * pods,
        found: `${Math.round(most / 1e6)} MB`,
      });
      const again = await ask(server, options, {
        kind: 'sync',
        store: `sync_${way === 'pages' ? way : 'events'}_0`,
        initialEvents,
      });
      checks.push({
        what: `${storage}, a restart with nothing changed writes nothing (${way})`,
        holds: again.written === 0 && again.objects === pods,
        found: `${again.written} written, ${Math.round(pods / again.seconds)} objects/s looked at`,
      });
    }
    const [events] = figures;
    if (events !== undefined) {
      checks.push({
        what: `${storage}, first sync at half the rate of the bare client or more`,
        holds: events.ratio >= 0.5,
        found: `${events.ratio.toFixed(2)}, by CPU ${events.processorRatio?.toFixed(2)}`,
      });
    }
    return { figures, checks };
  } finally {
    await server.stop();
  }

  async function ask(
    { url, authority, token }: ApiServer,
    { config }: SyncBenchOptions,
    { kind, store, initialEvents }: { kind: 'bare' | 'sync'; store: string; initialEvents: boolean },
  ): Promise<SyncBenchAnswer> {
    const child = startChild('sync-child.js');
    const message: SyncBenchMessage = {
      kind,
      url,
      authority,
      token,
      storage,
      config: config(store),
      dataDirectory: join(folder, store),
      initialEvents,
    };
    try {
      return await child.ask<SyncBenchAnswer>(message);
    } finally {
      await child.stop();
    }
  }
}

/** Pods of the fleet, as many as are wanted; what a cluster gives them is left to it. */
async function fill(server: ApiServer, { pods, seed }: SyncBenchOptions): Promise<void> {
  const client = new ApiClient(server);
  const namespaces = new Map<string, Promise<unknown>>();
  const names = new Set<string>();
  const waiting = new Set<Promise<unknown>>();
  for (const { type, object } of generateFleet({ seed, pods: 2 * pods, bucketSize: 10 })) {
    if (names.size === pods) break;
    const { name, namespace = '', labels, annotations } = object.metadata;
    if (type.resource !== 'pods' || names.has(`${namespace}/${name}`)) continue;
    names.add(`${namespace}/${name}`);
    if (!namespaces.has(namespace)) {
      namespaces.set(namespace, client.json('/api/v1/namespaces', 'POST', { metadata: { name: namespace } }));
    }
    await namespaces.get(namespace);
    const pod = { ...object, metadata: { name, namespace, labels, annotations } };
    const made = client.json(`/api/v1/namespaces/${namespace}/pods`, 'POST', pod).finally(() => waiting.delete(made));
    waiting.add(made);
    if (waiting.size >= writers) await Promise.race(waiting);
  }
  await Promise.all(waiting);
  client.close();
}
