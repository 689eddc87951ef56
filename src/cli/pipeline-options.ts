import { type Command, Option } from 'commander';

export type { PipelineOptions } from '../config/synchro-steps.js';

/** The flags of every command that follows clusters. */
export function addPipelineOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--pipeline-config <file>',
        'steps that objects pass on their way into the storage, in their order: `steps: [{ name: namespaces, config: { exclude: [kube-system] } }]`',
      ).env('CLUSTERDEX_PIPELINE_CONFIG'),
    )
    .addOption(
      new Option(
        '--store-secret-values',
        'store the values of Secrets as they are: whoever may read the storage may read them (default: a digest of each)',
      ).env('CLUSTERDEX_STORE_SECRET_VALUES'),
    )
    .addOption(
      new Option(
        '--db-info <base64>',
        'connection string, in base64, of a SQL database that mirrors the metadata of all objects in one flat table',
      ).env('CLUSTERDEX_DB_INFO'),
    );
}
