import { isDeepStrictEqual } from 'node:util';
import { Command, Option } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { resolveStorageSettings } from '../config/storage-settings.js';
import type { OpenedStorage } from '../plugin-host/open-storage.js';
import type { CopyResult } from '../synchro/copy/copy-result.js';
import { copyStorage } from '../synchro/copy/copy-storage.js';
import { createLogger, logLevels } from '../telemetry/logger.js';
import { createCopyReport } from './copy-report.js';
import { refuseFollowed } from './refuse-followed.js';
import { openConfiguredStorage, type StorageOptions } from './storage-options.js';
import { untilSignal } from './until-signal.js';

const examples = `
Both sides are read in key order, side by side; what the target does not have, or has otherwise, is written. Then they are read again
and compared byte by byte: the counts and digests at the end are of what is stored. The same command again continues a copy
that was interrupted, and catches up with a source that changed meanwhile. Clusters that only the target holds are left alone.

The exit code is 0 only when the target was found equal and the source stood still, 1 when they differ or a storage failed, 130 or 143
after a signal.

Examples:
  From one machine to a database:
    $ clusterdex storage copy --from sqlite --to postgres --to-config postgres.yaml
  Between two data directories, and a single cluster:
    $ clusterdex storage copy --from sqlite --from-data-dir ./old --to sqlite --to-data-dir ./new --cluster prod-eu
  Bring an earlier copy up to date, what was deleted meanwhile included:
    $ clusterdex storage copy --from sqlite --to postgres --to-set host=db.example --prune
  For a script:
    $ clusterdex storage copy --from sqlite --to postgres --to-config postgres.yaml --output json | jq .verified
`;

interface CopyCommandOptions {
  readonly from: string;
  readonly fromConfig?: string;
  readonly fromSet?: readonly string[];
  readonly fromDataDir?: string;
  readonly to: string;
  readonly toConfig?: string;
  readonly toSet?: readonly string[];
  readonly toDataDir?: string;
  readonly dataDir?: string;
  readonly cluster?: readonly string[];
  readonly prune?: boolean;
  readonly logLevel?: string;
  readonly output: 'text' | 'json';
}

export function storageCopyCommand(): Command {
  const command = new Command('copy').description('copy clusters from one storage to another, and compare both');
  for (const [side, what] of [
    ['from', 'the storage to read'],
    ['to', 'the storage to write'],
  ] as const) {
    command
      .requiredOption(`--${side} <name>`, what)
      .option(`--${side}-config <file>`, 'its config, YAML or JSON')
      .addOption(new Option(`--${side}-set <key=value>`, 'sets one key of its config; repeatable').argParser(append))
      .option(`--${side}-data-dir <dir>`, 'where its data lies, if not in --data-dir');
  }
  return command
    .addOption(
      new Option('--data-dir <dir>', 'where data lies, each storage in a folder of its own').env('CLUSTERDEX_DATA_DIR'),
    )
    .addOption(new Option('--cluster <name>', 'copy this cluster alone; repeatable').argParser(append))
    .option('--prune', 'delete from the target, in clusters that are copied, what the source does not have')
    .addOption(new Option('-o, --output <format>', 'what to print').choices(['text', 'json']).default('text'))
    .addOption(
      new Option('--log-level <level>', 'how much to log to stderr').choices(logLevels).env('CLUSTERDEX_LOG_LEVEL'),
    )
    .addHelpText('after', examples)
    .action(runCopy);
}

async function runCopy(options: CopyCommandOptions): Promise<void> {
  const { from, to } = sidesOf(options);
  if (isDeepStrictEqual(resolveStorageSettings(from), resolveStorageSettings(to))) {
    throw new ConfigError('--from and --to are the same storage; give one of them another data directory or config');
  }
  const logger = createLogger(options.logLevel ?? 'warn');
  const report = createCopyReport(process.stderr);
  const interrupted = untilSignal();
  let source: OpenedStorage | undefined;
  let target: OpenedStorage | undefined;
  try {
    source = await openConfiguredStorage(from, { logger });
    target = await openConfiguredStorage(to, { logger });
    await refuseFollowedTarget(source, target, options.cluster);
    const result = await copyStorage({
      source,
      target,
      ...(options.cluster === undefined ? {} : { clusters: options.cluster }),
      prune: options.prune === true,
      signal: interrupted.signal,
      logger,
      onProgress: report.progress,
      onFailure: report.failure,
    });
    report.end();
    process.stdout.write(options.output === 'json' ? `${JSON.stringify(result)}\n` : report.summary(result));
    report.problems(result);
    process.exitCode = exitCode(result, interrupted.exitCode());
  } finally {
    report.end();
    interrupted.stop();
    await Promise.all([source?.close(), target?.close()]);
  }
}

/** A storage that fails here fails again where that is reported. */
async function refuseFollowedTarget(
  source: OpenedStorage,
  target: OpenedStorage,
  clusters: readonly string[] | undefined,
): Promise<void> {
  const inventories = ({ factory }: OpenedStorage) => factory.clusterInventories().catch(() => []);
  const chosen = new Set(clusters ?? (await inventories(source)).map(({ cluster }) => cluster));
  for (const inventory of await inventories(target)) {
    if (chosen.has(inventory.cluster)) {
      refuseFollowed(inventory, ', into the target: what the cluster does not have itself would be deleted again');
    }
  }
}

function sidesOf(options: CopyCommandOptions): { readonly from: StorageOptions; readonly to: StorageOptions } {
  const { dataDir } = options;
  return {
    from: storageOptions(options.from, [options.fromConfig, options.fromSet, options.fromDataDir ?? dataDir]),
    to: storageOptions(options.to, [options.toConfig, options.toSet, options.toDataDir ?? dataDir]),
  };
}

function storageOptions(
  storageName: string,
  [storageConfig, storageSet, dataDir]: readonly [
    string | undefined,
    readonly string[] | undefined,
    string | undefined,
  ],
): StorageOptions {
  return {
    storageName,
    ...(storageConfig === undefined ? {} : { storageConfig }),
    ...(storageSet === undefined ? {} : { storageSet }),
    ...(dataDir === undefined ? {} : { dataDir }),
  };
}

function exitCode(result: CopyResult, interruptedCode: number | undefined): number {
  if (result.stopped === 'interrupted' && interruptedCode !== undefined) return interruptedCode;
  return result.verified ? 0 : 1;
}

function append(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}
