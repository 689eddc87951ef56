import { existsSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { SynchroSettings } from '../app.js';
import { ConfigError } from '../config/config-error.js';
import { type PipelineStepConfig, readPipelineConfig } from '../config/read-pipeline-config.js';
import type { SyncResources } from '../synchro/cluster/pedia-cluster.js';

/** The flags that say which clusters to follow, and how. */
export interface SynchroOptions {
  readonly context?: readonly string[];
  readonly clustersDir?: string;
  readonly sync?: readonly SyncResources[];
  readonly shardingName: string;
  readonly pageSize?: number;
  readonly pipelineConfig?: string;
  readonly storeSecretValues?: boolean;
  readonly dbInfo?: string;
  readonly leaderElect: boolean;
  readonly leaderElectLeaseDuration?: number;
  readonly leaderElectResourceName: string;
  readonly leaderElectResourceNamespace?: string;
}

export function addSynchroOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--clusters-dir <dir>',
        'follow the PediaClusters in the YAML files of this folder, which is watched',
      ).env('CLUSTERDEX_CLUSTERS_DIR'),
    )
    .addOption(new Option('--sharding-name <name>', 'follow the PediaClusters of this sharding name alone').default(''))
    .addOption(new Option('--page-size <objects>', 'objects in a page of a list (default: 500)').argParser(parseCount))
    .addOption(
      new Option(
        '--pipeline-config <file>',
        'what happens to objects before they are stored, YAML (default: the steps prune and redact)',
      ).env('CLUSTERDEX_PIPELINE_CONFIG'),
    )
    .addOption(
      new Option(
        '--store-secret-values',
        'store the values of Secrets as they are, for everybody to read who reaches this server; without it digests stand in their place',
      ).env('CLUSTERDEX_STORE_SECRET_VALUES'),
    )
    .addOption(
      new Option(
        '--db-info <base64>',
        'mirror the metadata of all objects in a flat table of this SQL database: a connection string in base64',
      ).env('CLUSTERDEX_DB_INFO'),
    )
    .addOption(
      new Option('--leader-elect <bool>', 'let one process write, while others stand by')
        .default(true, 'true')
        .argParser(parseBoolean),
    )
    .addOption(
      new Option(
        '--leader-elect-lease-duration <seconds>',
        'how long others wait for a writer that says nothing any more (default: 8)',
      ).argParser(parseSeconds),
    )
    .addOption(
      new Option('--leader-elect-resource-name <name>', 'the name of the lease').default(
        'clusterpedia-clustersynchro-manager',
      ),
    )
    .addOption(
      new Option(
        '--leader-elect-resource-namespace <namespace>',
        'where the Lease of a host cluster is, and the Secrets of credentials (default: $CLUSTERPEDIA_NAMESPACE, else the own namespace)',
      ),
    );
}

/** Everything but where clusters are declared. Throws ConfigError. */
export function resolveSynchroSettings(options: SynchroOptions): Omit<SynchroSettings, 'sources'> {
  return {
    steps: resolveSteps(options),
    leaderElection: {
      isNeeded: options.leaderElect,
      leaseName: leaseName(options),
      ...(options.leaderElectLeaseDuration === undefined ? {} : { durationSeconds: options.leaderElectLeaseDuration }),
    },
    ...(options.pageSize === undefined ? {} : { pageSize: options.pageSize }),
  };
}

/** The mirror comes last, and does not hold up what is stored when its database is away. */
function resolveSteps(options: SynchroOptions): readonly PipelineStepConfig[] {
  const { dbInfo } = options;
  const steps = resolveOtherSteps(options);
  if (dbInfo === undefined) return steps;
  if (steps.some(({ name }) => /^meta-sync(-synchro)?(@|$)/.test(name))) {
    throw new ConfigError('--db-info: expected it here or in --pipeline-config, found a step meta-sync there as well');
  }
  return [...steps, { name: 'meta-sync', config: { dbInfo }, onError: 'ignore' }];
}

function resolveOtherSteps({
  pipelineConfig,
  storeSecretValues = false,
}: SynchroOptions): readonly PipelineStepConfig[] {
  if (pipelineConfig === undefined)
    return storeSecretValues ? [{ name: 'prune' }] : [{ name: 'prune' }, { name: 'redact' }];
  const steps = readPipelineConfig(pipelineConfig);
  if (storeSecretValues || steps.some(({ name }) => /^redact(-synchro)?(@|$)/.test(name))) return steps;
  throw new ConfigError(
    `--pipeline-config ${pipelineConfig}: has no step redact, so that values of Secrets would be stored; add it, or --store-secret-values if that is meant`,
  );
}

export function leaseName({ leaderElectResourceName: name, shardingName }: SynchroOptions): string {
  return shardingName === '' ? name : `${name}-${shardingName}`;
}

/** The folder, if one is named. Throws ConfigError for what is none. */
export function resolveClustersDirectory({ clustersDir }: Pick<SynchroOptions, 'clustersDir'>): string | undefined {
  if (clustersDir === undefined) return undefined;
  if (!existsSync(clustersDir)) throw new ConfigError(`--clusters-dir ${clustersDir}: is not there`);
  if (!statSync(clustersDir).isDirectory())
    throw new ConfigError(`--clusters-dir ${clustersDir}: expected a folder, found a file`);
  return clustersDir;
}

/** `pods,deployments.apps,*.batch,*`: resources of groups, for `--sync`. */
export function parseSync(text: string): readonly SyncResources[] {
  const groups = new Map<string, string[]>();
  for (const part of text.split(',').map((word) => word.trim())) {
    if (part === '') throw new InvalidArgumentError('expected resources such as pods,deployments.apps or *');
    if (part === '*') return [{ group: '*', resources: ['*'] }];
    const dot = part.indexOf('.');
    const [resource, group] = dot === -1 ? [part, ''] : [part.slice(0, dot), part.slice(dot + 1)];
    groups.set(group, [...(groups.get(group) ?? []), resource]);
  }
  return [...groups].map(([group, resources]) => ({ group, resources }));
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new InvalidArgumentError('expected a whole number from 1');
  return count;
}

function parseSeconds(text: string): number {
  const seconds = Number(text.replace(/s$/, ''));
  if (!(seconds >= 1 && seconds <= 3600)) throw new InvalidArgumentError('expected seconds from 1 to 3600');
  return seconds;
}

function parseBoolean(text: string): boolean {
  if (/^(1|t|true)$/i.test(text)) return true;
  if (/^(0|f|false)$/i.test(text)) return false;
  throw new InvalidArgumentError('expected true or false');
}

export function isThisMachine(identity: string): boolean {
  return identity.startsWith(`${hostname()}_`);
}
