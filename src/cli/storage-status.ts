import { capabilityQuestions, type FieldIndexStatus } from '@clusterdex/storage-contract';
import { Command, Option } from 'commander';
import type { OpenedStorage } from '../plugin-host/open-storage.js';
import { type StoredType, storedTypes } from '../synchro/copy/stored-types.js';
import { formatTable, printable } from './format-table.js';
import { describeSchema } from './storage-migrate.js';
import { addStorageOptions, openConfiguredStorage, type StorageOptions } from './storage-options.js';

interface StatusOptions extends StorageOptions {
  readonly output: 'text' | 'json';
}

interface ClusterStatus {
  readonly cluster: string;
  readonly health: string;
  readonly updatedAt: number;
  readonly objects: number;
  readonly types: readonly { group: string; version: string; resource: string; objects: number }[];
}

export function storageStatusCommand(): Command {
  const command = new Command('status')
    .description('say whether a storage is healthy, what it can do, and what it holds')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .action(async (options: StatusOptions) => {
      const storage = await openConfiguredStorage(options);
      try {
        await printStatus(storage, options.output);
      } finally {
        await storage.close();
      }
    });
  return addStorageOptions(command).addHelpText(
    'after',
    '\nThe exit code is 1 when the storage is not healthy. --output json counts each type of each cluster.\n',
  );
}

async function printStatus(storage: OpenedStorage, output: 'text' | 'json'): Promise<void> {
  const { name, version, capabilities, factory } = storage;
  const health = await factory.health();
  if (!health.healthy) process.exitCode = 1;
  const clusters = health.healthy ? await readClusters(storage) : [];
  const schema = factory.schema?.();
  const fieldIndexes = health.healthy ? await factory.fieldIndexes?.() : undefined;
  if (output === 'json') {
    process.stdout.write(
      `${JSON.stringify({ name, version, schema, health, capabilities, fieldIndexes, clusters })}\n`,
    );
    return;
  }
  const names = Object.keys(capabilityQuestions) as (keyof typeof capabilityQuestions)[];
  const lines = [
    `storage       ${name} ${version}`,
    `schema        ${describeSchema(schema)}`,
    `health        ${health.healthy ? 'healthy' : `not healthy: ${health.reason ?? 'it does not say why'}`}`,
    ...(fieldIndexes === undefined ? [] : [`field indexes ${describeIndexes(fieldIndexes)}`]),
    `capabilities  ${names.filter((capability) => capabilities[capability]).join(', ')}`,
    `without       ${names.filter((capability) => !capabilities[capability]).join(', ') || '-'}`,
  ];
  process.stdout.write(`${lines.map(printable).join('\n')}\n${health.healthy ? describeClusters(clusters) : ''}`);
}

function describeIndexes(indexes: readonly FieldIndexStatus[]): string {
  if (indexes.length === 0) return '-';
  return indexes.map(({ declaration, state }) => `${declaration}${state === 'ready' ? '' : ` (${state})`}`).join(', ');
}

async function readClusters({ factory }: OpenedStorage): Promise<ClusterStatus[]> {
  const clusters: ClusterStatus[] = [];
  for (const inventory of await factory.clusterInventories()) {
    const types = [...(await storedTypes({ factory }, inventory)).values()];
    clusters.push({
      cluster: inventory.cluster,
      health: inventory.health.status,
      updatedAt: inventory.updatedAt,
      objects: types.reduce((sum, { objects }) => sum + objects, 0),
      types: types.map(countOf),
    });
  }
  return clusters;
}

function countOf({ type: { group, version, resource }, objects }: StoredType) {
  return { group, version, resource, objects };
}

function describeClusters(clusters: readonly ClusterStatus[]): string {
  if (clusters.length === 0) return '\nNo clusters yet.\n';
  const rows = clusters.map(({ cluster, health, objects, types, updatedAt }) => [
    cluster,
    health,
    String(types.filter((type) => type.objects > 0).length),
    String(objects),
    new Date(updatedAt).toISOString().replace(/\.\d+Z$/, 'Z'),
  ]);
  const totals = new Map<string, { objects: number; clusters: number }>();
  for (const { types } of clusters) {
    for (const { group, resource, objects } of types) {
      if (objects === 0) continue;
      const name = group === '' ? resource : `${resource}.${group}`;
      const total = totals.get(name) ?? { objects: 0, clusters: 0 };
      totals.set(name, { objects: total.objects + objects, clusters: total.clusters + 1 });
    }
  }
  const typeRows = [...totals]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, total]) => [name, String(total.objects), String(total.clusters)]);
  const byCluster = formatTable(['CLUSTER', 'HEALTH', 'TYPES', 'OBJECTS', 'UPDATED'], rows);
  return `\n${byCluster}\n\n${formatTable(['RESOURCE', 'OBJECTS', 'CLUSTERS'], typeRows)}\n`;
}
