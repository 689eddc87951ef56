import { Command, Option } from 'commander';
import { ConfigError } from '../config/config-error.js';
import { checkClusterName } from '../synchro/import/cluster-name.js';
import { importFiles } from '../synchro/import/import-files.js';
import type { ImportResult } from '../synchro/import/import-result.js';
import { createLogger } from '../telemetry/logger.js';
import { createImportReport } from './import-report.js';
import { refuseFollowed } from './refuse-followed.js';
import { addStorageOptions, openConfiguredStorage, type StorageOptions } from './storage-options.js';
import { untilSignal } from './until-signal.js';

const examples = `
A dump is what kubectl prints with -o json or -o yaml: a List, several documents, or one object; plain or gzip. Its objects
replace those of the same name that were imported before; unchanged ones cost next to nothing, so an import that
was interrupted continues when the same command is run again. Nothing is deleted: to begin anew, remove the cluster first.

Custom resources are stored under the names that their CustomResourceDefinitions give them; include these in the dump.

Examples:
  Everything that a cluster holds, straight from kubectl:
    $ kubectl get $(kubectl api-resources --verbs list -o name | paste -sd,) -A -o json | clusterdex import --cluster prod-eu -
  One file, or several at once:
    $ clusterdex import --cluster prod-eu prod-eu.json.gz
    $ clusterdex import --cluster prod-eu pods.yaml deployments.yaml
  For a script; the exit code is 0 only when every object was imported:
    $ clusterdex import --cluster prod-eu prod-eu.json --output json | jq .imported
`;

interface ImportCommandOptions extends StorageOptions {
  readonly cluster: string;
  readonly output: 'text' | 'json';
}

export function importCommand(): Command {
  const command = new Command('import')
    .description('store what a cluster holds, from dumps that kubectl wrote')
    .argument('[files...]', 'dumps to import; none or - reads stdin')
    .requiredOption('--cluster <name>', 'the name that the cluster is searched by')
    .addOption(
      new Option('-o, --output <format>', 'what to print at the end').choices(['text', 'json']).default('text'),
    );
  return addStorageOptions(command)
    .addHelpText('after', examples)
    .action((files: string[], options: ImportCommandOptions) => runImport(files, options));
}

async function runImport(files: readonly string[], options: ImportCommandOptions): Promise<void> {
  checkClusterName(options.cluster);
  if (readsTerminal(files)) throw new ConfigError('expected FILE or a pipe to read a dump from, found a terminal');
  const logger = createLogger(options.logLevel ?? 'warn');
  const report = createImportReport(process.stderr);
  const interrupted = untilSignal();
  const storage = await openConfiguredStorage(options, { logger });
  try {
    const inventories = await storage.factory.clusterInventories();
    refuseFollowed(
      inventories.find(({ cluster }) => cluster === options.cluster),
      ': what the cluster does not have itself would be deleted again',
    );
    const result = await importFiles({
      factory: storage.factory,
      capabilities: storage.capabilities,
      cluster: options.cluster,
      files: files.length === 0 ? ['-'] : files,
      signal: interrupted.signal,
      logger,
      onProgress: report.progress,
      onFailure: report.failure,
    });
    report.end();
    process.stdout.write(options.output === 'json' ? `${JSON.stringify(result)}\n` : report.summary(result));
    report.stopped(result);
    process.exitCode = exitCode(result, interrupted.exitCode());
  } finally {
    report.end();
    interrupted.stop();
    await storage.close();
  }
}

function readsTerminal(files: readonly string[]): boolean {
  return (files.length === 0 || files.includes('-')) && process.stdin.isTTY;
}

function exitCode(result: ImportResult, interruptedCode: number | undefined): number {
  if (result.stopped === 'interrupted' && interruptedCode !== undefined) return interruptedCode;
  return result.failureCount > 0 || result.stopped !== undefined ? 1 : 0;
}
