import { Command, Option } from 'commander';
import { startManager } from '../app.js';
import { ConfigError } from '../config/config-error.js';
import { resolveStorageSettings } from '../config/storage-settings.js';
import type { SourceSettings } from '../synchro/declare/open-sources.js';
import { createLogger } from '../telemetry/logger.js';
import { endOnUncaughtErrors, nextSignal } from './process-signals.js';
import { addStorageOptions, type StorageOptions } from './storage-options.js';
import {
  addSynchroOptions,
  leaseName,
  resolveClustersDirectory,
  resolveSynchroSettings,
  type SynchroOptions,
} from './synchro-options.js';

interface ManagerOptions extends StorageOptions, SynchroOptions {
  readonly kubeconfig?: string;
  readonly metricsHost: string;
  readonly metricsPort: string;
}

const examples = `
Examples:
  In the host cluster, beside apiserver, on a storage that both reach:
    $ clusterdex clustersynchro-manager --storage-name postgres --storage-config postgres.yaml
    $ clusterdex apiserver --storage-name postgres --storage-config postgres.yaml --secure-port 8643
  Without a host cluster, from files:
    $ clusterdex clustersynchro-manager --clusters-dir ./clusters --storage-name postgres --storage-config postgres.yaml

Of several that run, one writes; another takes over within seconds when it ends or hangs.
`;

export function clustersynchroManagerCommand(): Command {
  const command = new Command('clustersynchro-manager')
    .description('follow clusters into a storage, and serve nothing but metrics: beside apiserver, on the same storage')
    .addOption(
      new Option(
        '--kubeconfig <file>',
        'the host cluster, where PediaClusters are declared (default: the one that this process runs in, unless there is --clusters-dir)',
      ),
    )
    .addOption(new Option('--metrics-host <address>', 'address for metrics and health').default('127.0.0.1'))
    .addOption(new Option('--metrics-port <port>', 'port for metrics and health; 0 takes a free one').default('8081'));
  return addStorageOptions(addSynchroOptions(command)).addHelpText('after', examples).action(run);
}

async function run(options: ManagerOptions): Promise<void> {
  const logger = createLogger(options.logLevel ?? 'info');
  const port = Number(options.metricsPort);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigError(`--metrics-port: expected a port, found ${JSON.stringify(options.metricsPort)}`);
  }
  endOnUncaughtErrors(logger);
  const signal = nextSignal();
  const manager = await startManager({
    storage: resolveStorageSettings(options),
    synchro: { ...resolveSynchroSettings(options), sources: resolveSources(options) },
    metrics: { host: options.metricsHost, port },
    logger,
  });
  process.stdout.write(`clusterdex follows clusters into ${manager.storageName}; metrics at ${manager.url}/metrics\n`);
  logger.info({ signal: await signal }, 'stopping');
  // A second signal ends it at once.
  void nextSignal().then(() => process.exit(1));
  await manager.stop();
  logger.info('stopped');
  process.exit(0);
}

function resolveSources(options: ManagerOptions): SourceSettings {
  const clustersDirectory = resolveClustersDirectory(options);
  const { kubeconfig, shardingName, leaderElectResourceNamespace: namespace } = options;
  const hasHost = kubeconfig !== undefined || clustersDirectory === undefined;
  return {
    ...(clustersDirectory === undefined ? {} : { clustersDirectory }),
    ...(hasHost
      ? {
          host: {
            ...(kubeconfig === undefined ? {} : { kubeconfig }),
            ...(namespace === undefined ? {} : { namespace }),
            shardingName,
            leaseName: leaseName(options),
          },
        }
      : {}),
  };
}
