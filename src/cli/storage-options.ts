import { type Command, Option } from 'commander';
import { Registry } from 'prom-client';
import { makeDataDirectory } from '../config/data-directory.js';
import { defaultStorageName } from '../config/defaults.js';
import { resolveStorageSettings, type StorageOptions } from '../config/storage-settings.js';
import type { Deadlines } from '../plugin-host/deadlines.js';
import { type OpenedStorage, openStorage } from '../plugin-host/open-storage.js';
import { defaultFeatureGates } from '../query/feature-gates.js';
import { createLogger, type Logger, logLevels } from '../telemetry/logger.js';

export type { StorageOptions };

/** What a caller shares with the storage that it opens; what is missing is made. */
export interface StorageSurroundings {
  readonly logger?: Logger;
  readonly registry?: Registry;
  /** Aborted when the process begins to end. */
  readonly signal?: AbortSignal;
  /** How long its steps may take, where the usual is not enough. */
  readonly deadlines?: Partial<Deadlines>;
}

/** The flags that every command on a storage shares. */
export function addStorageOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--data-dir <dir>',
        'where data lies (default: $XDG_DATA_HOME/clusterdex, else ~/.local/share/clusterdex)',
      ).env('CLUSTERDEX_DATA_DIR'),
    )
    .addOption(
      new Option('--storage-name <name>', `the storage layer to use (default: ${defaultStorageName})`).env(
        'CLUSTERDEX_STORAGE_NAME',
      ),
    )
    .addOption(
      new Option('--storage-config <file>', "the storage's own config, YAML or JSON").env('CLUSTERDEX_STORAGE_CONFIG'),
    )
    .addOption(
      new Option('--storage-set <key=value>', "sets one key of the storage's config; repeatable, wins over the file")
        .argParser(append)
        .default(undefined),
    )
    .addOption(
      new Option('--log-level <level>', 'how much to log to stderr').choices(logLevels).env('CLUSTERDEX_LOG_LEVEL'),
    )
    .addOption(
      new Option(
        '--feature-gates <name=bool,...>',
        `switches features on and off: ${Object.keys(defaultFeatureGates).join(', ')}`,
      ).env('CLUSTERDEX_FEATURE_GATES'),
    );
}

/** Opens the storage that the flags and the environment name. Throws ConfigError, or PluginError of the plugin host. */
export function openConfiguredStorage(
  options: StorageOptions,
  surroundings: StorageSurroundings = {},
): Promise<OpenedStorage> {
  const settings = resolveStorageSettings(options);
  makeDataDirectory(settings.dataDirectory);
  return openStorage({
    ...settings,
    logger: surroundings.logger ?? createLogger(options.logLevel ?? 'warn'),
    registry: surroundings.registry ?? new Registry(),
    signal: surroundings.signal ?? new AbortController().signal,
    ...(surroundings.deadlines === undefined ? {} : { deadlines: surroundings.deadlines }),
  });
}

function append(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}
