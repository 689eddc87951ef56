import type { StorageSchema } from '@clusterdex/storage-contract';
import { Command } from 'commander';
import { addStorageOptions, openConfiguredStorage, type StorageOptions } from './storage-options.js';

/** A day: at a start it has to be done within a minute. */
const deadlines = { open: 86_400_000 };

const help = `
A storage brings its schema up to date whenever it is opened, by any command: of several processes that start at once one does it, the
others wait. This command does nothing else, and has a day for it, where a start gives up after a minute. Use it to migrate a large
database before the servers of a new version start, with a user who may change tables; they then find it done. A schema that is newer
than the storage is refused.
`;

export function storageMigrateCommand(): Command {
  const command = new Command('migrate')
    .description('bring the schema of a storage up to date, as every start does, and say from which version to which')
    .action(async (options: StorageOptions) => {
      const storage = await openConfiguredStorage(options, { deadlines });
      try {
        process.stdout.write(`${storage.name}: schema ${describeSchema(storage.factory.schema?.())}\n`);
      } finally {
        await storage.close();
      }
    });
  return addStorageOptions(command).addHelpText('after', help);
}

export function describeSchema(schema: StorageSchema | undefined): string {
  if (schema === undefined) return 'has no versions that this storage tells of';
  const { version, found } = schema;
  if (found === version) return `version ${version}, up to date`;
  return found === undefined
    ? `version ${version}, created just now`
    : `version ${version}, migrated from ${found} just now`;
}
