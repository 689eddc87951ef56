// Follows some types of some clusters into a storage, as a process of its own that a test may kill. argv[2] is a JSON of SyncProgramOptions. A line
// on stdin names a file to write what is stored to; a line on stdout says when that is done.
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { ResourceInventory } from '@clusterdex/storage-contract';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { openSteps, type StepSettings } from '../../../src/plugin-host/open-steps.js';
import { openStorage } from '../../../src/plugin-host/open-storage.js';
import { createClusterConnection } from '../../../src/synchro/connection/create-connection.js';
import { parseKubeconfig } from '../../../src/synchro/connection/kubeconfig.js';
import { createPipeline } from '../../../src/synchro/pipeline/create-pipeline.js';
import { createStoredVersions } from '../../../src/synchro/reflector/stored-versions.js';
import { createResourceSync } from '../../../src/synchro/resource-sync/create-resource-sync.js';
import type { ResourceSyncStatus } from '../../../src/synchro/resource-sync/resource-sync.js';
import { createWriteBudget } from '../../../src/synchro/writer/write-budget.js';

export interface SyncProgramOptions {
  readonly storage: { readonly name: string; readonly config: Readonly<Record<string, unknown>> };
  readonly dataDirectory: string;
  readonly clusters: readonly { readonly name: string; readonly kubeconfig: string }[];
  readonly types: readonly ResourceInventory[];
  readonly steps: readonly StepSettings[];
  readonly initialEvents: boolean;
}

/** What the program writes when it is asked. */
export interface SyncDump {
  readonly objects: readonly { readonly cluster: string; readonly resource: string; readonly json: string }[];
  readonly statuses: readonly (ResourceSyncStatus & { readonly cluster: string; readonly resource: string })[];
  /** Bytes. */
  readonly residentMemory: number;
  readonly connections: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as SyncProgramOptions;
const logger = pino({ level: process.env.SYNC_LOG ?? 'silent' }, pino.destination({ dest: 2, sync: true }));
const stopping = new AbortController();
const registry = new Registry();
const common = { folders: [], dataDirectory: options.dataDirectory, logger, registry, signal: stopping.signal };
const storage = await openStorage({ ...common, ...options.storage });
const pipeline = createPipeline({
  steps: await openSteps({ ...common, steps: options.steps }),
  storage: storage.factory,
});
const budget = createWriteBudget();
const syncs = options.clusters.flatMap(({ name: cluster, kubeconfig }) => {
  const parsed = parseKubeconfig(kubeconfig);
  const connection = createClusterConnection(parsed.target(parsed.contexts[0] as string));
  const stored = createStoredVersions(storage.factory, cluster);
  return options.types.map((resourceType) => ({
    cluster,
    resourceType,
    connection,
    sync: createResourceSync({
      connection,
      cluster,
      source: resourceType,
      resourceType,
      storage: storage.factory,
      pipeline,
      stored,
      budget,
      logger,
      initialEvents: options.initialEvents,
    }),
  }));
});
for (const { name } of options.clusters) await storage.factory.prepareCluster(name);
const running = syncs.map(({ sync }) => sync.run(stopping.signal));

async function dump(): Promise<SyncDump> {
  const objects: { cluster: string; resource: string; json: string }[] = [];
  for (const type of options.types) {
    for await (const batch of storage.factory.resourceStorage(type).list({})) {
      for (const { cluster, json } of batch.objects) {
        objects.push({ cluster, resource: type.resource, json: Buffer.from(json).toString() });
      }
    }
  }
  return {
    objects,
    statuses: syncs.map(({ cluster, resourceType, sync }) => ({
      ...sync.status(),
      cluster,
      resource: resourceType.resource,
    })),
    residentMemory: process.memoryUsage().rss,
    connections: new Set(syncs.map(({ connection }) => connection)).size
      ? [...new Set(syncs.map(({ connection }) => connection))].reduce((sum, { connections }) => sum + connections, 0)
      : 0,
  };
}

createInterface({ input: process.stdin }).on('line', async (file) => {
  writeFileSync(file, JSON.stringify(await dump()));
  process.stdout.write(`${file}\n`);
});
process.stdin.on('end', () => process.exit(0));
process.once('SIGTERM', async () => {
  stopping.abort();
  await Promise.all(running);
  await pipeline.close();
  await storage.close();
  process.exit(0);
});
