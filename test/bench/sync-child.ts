// Answers one message: lists all pods of a cluster and parses them, as the barest client does, or follows them into a storage until what is there
// is stored. In a process of its own, so that its memory is its own.
import { Agent, get } from 'node:https';
import type { ResourceInventory } from '@clusterdex/storage-contract';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { findBuiltinResource } from '../../src/kube/builtin-resources.js';
import { openSteps } from '../../src/plugin-host/open-steps.js';
import { createClusterConnection } from '../../src/synchro/connection/create-connection.js';
import { createPipeline } from '../../src/synchro/pipeline/create-pipeline.js';
import { createStoredVersions } from '../../src/synchro/reflector/stored-versions.js';
import { createResourceSync } from '../../src/synchro/resource-sync/create-resource-sync.js';
import type { ResourceSyncStatus } from '../../src/synchro/resource-sync/resource-sync.js';
import { createWriteBudget } from '../../src/synchro/writer/write-budget.js';
import { openTestStorage } from '../support/open-test-storage.js';

export interface SyncBenchMessage {
  readonly kind: 'bare' | 'sync';
  readonly url: string;
  readonly authority: string;
  readonly token: string;
  readonly storage: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly dataDirectory: string;
  readonly initialEvents: boolean;
}

export interface SyncBenchAnswer {
  readonly objects: number;
  readonly seconds: number;
  readonly processorSeconds: number;
  /** Bytes, the most there were. */
  readonly residentMemory: number;
  /** Objects that were written. */
  readonly written: number;
}

process.once('message', async (message: SyncBenchMessage) => {
  try {
    const result = await (message.kind === 'bare' ? measured(() => listAll(message)) : follow(message));
    process.send?.({ result });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.message : String(error) });
  }
});

async function measured(act: () => Promise<{ objects: number; written: number }>): Promise<SyncBenchAnswer> {
  const begun = performance.now();
  const before = process.cpuUsage();
  const counts = await act();
  const { user, system } = process.cpuUsage(before);
  return {
    ...counts,
    seconds: (performance.now() - begun) / 1000,
    processorSeconds: (user + system) / 1e6,
    residentMemory: process.resourceUsage().maxRSS * 1024,
  };
}

async function listAll({ url, authority, token }: SyncBenchMessage): Promise<{ objects: number; written: number }> {
  const agent = new Agent({ keepAlive: true, ca: authority });
  let objects = 0;
  let next = '';
  do {
    const query = new URLSearchParams({ limit: '500', ...(next === '' ? {} : { continue: next }) });
    const text = await new Promise<string>((resolve, reject) => {
      get(`${url}/api/v1/pods?${query}`, { agent, headers: { authorization: `Bearer ${token}` } }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('end', () => resolve(Buffer.concat(pieces).toString()));
        answer.on('error', reject);
      }).on('error', reject);
    });
    const list = JSON.parse(text) as { items: readonly unknown[]; metadata: { continue?: string } };
    objects += list.items.length;
    next = list.metadata.continue ?? '';
  } while (next !== '');
  agent.destroy();
  return { objects, written: 0 };
}

async function follow(message: SyncBenchMessage): Promise<SyncBenchAnswer> {
  const { url, authority, token, storage: name, config, dataDirectory, initialEvents } = message;
  const logger = pino({ level: 'silent' });
  const storage = await openTestStorage(name, { dataDirectory, config });
  const stop = new AbortController();
  const steps = await openSteps({
    steps: [{ name: 'prune' }, { name: 'redact' }],
    folders: [],
    dataDirectory,
    logger,
    registry: new Registry(),
    signal: stop.signal,
  });
  const pods = findBuiltinResource('', 'v1', 'Pod') as ResourceInventory;
  const connection = createClusterConnection({ server: url, tls: { ca: authority }, user: { token } });
  await storage.factory.prepareCluster('bench');
  const answer = await measured(async () => {
    let followed: ((status: ResourceSyncStatus) => void) | undefined;
    const isFollowed = new Promise<ResourceSyncStatus>((resolve) => {
      followed = resolve;
    });
    const sync = createResourceSync({
      connection,
      cluster: 'bench',
      source: pods,
      resourceType: pods,
      storage: storage.factory,
      pipeline: createPipeline({ steps, storage: storage.factory }),
      stored: createStoredVersions(storage.factory, 'bench'),
      budget: createWriteBudget(),
      logger,
      initialEvents,
      onStatus: (status) => {
        if (status.phase === 'watching') followed?.(status);
      },
    });
    const running = sync.run(stop.signal);
    const { objects, counts } = await isFollowed;
    stop.abort();
    await running;
    return { objects, written: counts.written };
  });
  await connection.close();
  await storage.close();
  return answer;
}
