import { createInterface } from 'node:readline/promises';
import type { ClusterInventory } from '@clusterdex/storage-contract';
import { Command, Option } from 'commander';
import { ConfigError } from '../config/config-error.js';
import type { OpenedStorage } from '../plugin-host/open-storage.js';
import { clusterScreen, watchClusters } from './cluster-screen.js';
import { formatTable } from './format-table.js';
import { refuseFollowed } from './refuse-followed.js';
import { addStorageOptions, openConfiguredStorage, type StorageOptions } from './storage-options.js';
import { untilSignal } from './until-signal.js';

const examples = `
Examples:
  $ clusterdex clusters list
  $ clusterdex clusters --watch
  $ clusterdex clusters list --output json | jq -r '.[].cluster'
  $ clusterdex clusters remove staging
  Without being asked, for a script:
  $ clusterdex clusters remove staging --yes
`;

interface ListOptions extends StorageOptions {
  readonly output: 'text' | 'json';
  readonly watch?: boolean;
  readonly types?: boolean;
}

interface RemoveOptions extends StorageOptions {
  readonly yes?: boolean;
}

export function clustersCommand(): Command {
  const list = new Command('list')
    .description('what is stored of each cluster, and how it is followed')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .option('-w, --watch', 'refresh it until it is interrupted')
    .option('--types', 'with a line for each resource type that is followed')
    .action((options: ListOptions) => withStorage(options, (storage) => listClusters(storage, options)));
  const remove = new Command('remove')
    .description("remove a cluster's objects, events and inventory from the storage; the cluster itself is not touched")
    .argument('<name>', 'the cluster to remove')
    .option('-y, --yes', 'do not ask')
    .action((name: string, options: RemoveOptions) =>
      withStorage(options, (storage) => removeCluster(storage, name, options.yes === true)),
    );
  return new Command('clusters')
    .description('list the clusters that are stored and how they are followed, or remove one')
    .addHelpText('after', examples)
    .addCommand(addStorageOptions(list), { isDefault: true })
    .addCommand(addStorageOptions(remove));
}

async function withStorage(options: StorageOptions, act: (storage: OpenedStorage) => Promise<void>): Promise<void> {
  const storage = await openConfiguredStorage(options);
  try {
    await act(storage);
  } finally {
    await storage.close();
  }
}

async function listClusters(storage: OpenedStorage, options: ListOptions): Promise<void> {
  const { output, watch = false, types = false } = options;
  if (watch) return watchClusters(storage.factory, { types });
  const clusters = [];
  for (const inventory of await storage.factory.clusterInventories()) {
    clusters.push({ ...inventory, objects: await countObjects(storage, inventory.cluster) });
  }
  if (output === 'json') process.stdout.write(`${JSON.stringify(clusters)}\n`);
  else if (clusters.length === 0) process.stdout.write('No clusters yet. Put one in: clusterdex import --help\n');
  else if (types) process.stdout.write(`${clusterScreen(clusters, { now: Date.now(), types }).join('\n')}\n`);
  else process.stdout.write(`${formatTable(columns, clusters.map(row))}\n`);
}

const columns = ['NAME', 'VERSION', 'HEALTH', 'TYPES', 'OBJECTS', 'UPDATED'];

function row({
  cluster,
  version,
  health,
  resources,
  updatedAt,
  objects,
}: ClusterInventory & { objects?: number | undefined }) {
  const updated = new Date(updatedAt).toISOString().replace(/\.\d+Z$/, 'Z');
  return [
    cluster,
    version ?? '-',
    health.status,
    String(resources.filter(({ storedAs }) => storedAs === undefined).length),
    String(objects ?? '-'),
    updated,
  ];
}

/** Undefined where the storage could only count by reading everything. */
async function countObjects({ capabilities, factory }: OpenedStorage, cluster: string): Promise<number | undefined> {
  if (!capabilities.collectionResources || !capabilities.remainingItemCount) return undefined;
  const collection = factory.collectionResourceStorage('any');
  const options = { clusters: { in: [cluster] }, types: 'all', limit: 1, withRemainingCount: true } as const;
  let count = 0;
  for await (const batch of collection.list(options)) count += batch.count + (batch.remainingItemCount ?? 0);
  return count;
}

async function removeCluster(storage: OpenedStorage, name: string, isSure: boolean): Promise<void> {
  const inventories = await storage.factory.clusterInventories();
  if (!inventories.some(({ cluster }) => cluster === name)) {
    const known = inventories.map(({ cluster }) => cluster).join(', ');
    throw new ConfigError(
      `cluster ${JSON.stringify(name)} is not stored; stored are: ${known === '' ? 'none' : known}`,
    );
  }
  refuseFollowed(inventories.find(({ cluster }) => cluster === name));
  if (!isSure && !(await confirm(name))) {
    process.stderr.write('nothing was removed\n');
    process.exitCode = 1;
    return;
  }
  const interrupted = untilSignal();
  try {
    await storage.factory.cleanCluster(name, interrupted.signal);
    process.stdout.write(`cluster ${name} removed\n`);
  } catch (error) {
    const code = interrupted.exitCode();
    if (code === undefined) throw error;
    process.stderr.write(`interrupted: cluster ${name} is removed in part; run the same command again to finish\n`);
    process.exitCode = code;
  } finally {
    interrupted.stop();
  }
}

async function confirm(name: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new ConfigError(`add --yes to remove cluster ${name} without being asked`);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`Remove everything that is stored of cluster ${name}? [y/N] `);
  prompt.close();
  return /^y(es)?$/i.test(answer.trim());
}
