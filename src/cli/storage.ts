import { Command } from 'commander';
import { storageCopyCommand } from './storage-copy.js';
import { storageExplainCommand } from './storage-explain.js';
import { storageMigrateCommand } from './storage-migrate.js';
import { storageStatusCommand } from './storage-status.js';

const help = `
Examples:
  $ clusterdex storage status
  $ clusterdex storage status --storage-name postgres --storage-config postgres.yaml
  $ clusterdex storage copy --from sqlite --to postgres --to-config postgres.yaml
`;

export function storageCommand(): Command {
  return new Command('storage')
    .description(
      'say what a storage holds and how it would answer, bring its form up to date, copy one storage to another',
    )
    .addHelpText('after', help)
    .addCommand(storageStatusCommand())
    .addCommand(storageExplainCommand())
    .addCommand(storageMigrateCommand())
    .addCommand(storageCopyCommand());
}
