import { setTimeout } from 'node:timers/promises';
import type { StorageSchema } from '@clusterdex/storage-contract';
import { Command } from 'commander';
import type { OpenedStorage } from '../plugin-host/open-storage.js';
import { addStorageOptions, openConfiguredStorage, type StorageOptions } from './storage-options.js';

const lookMilliseconds = 100;

/** A day: at a start it has to be done within a minute. */
const deadlines = { open: 86_400_000 };

const help = `
A storage brings its schema up to date whenever it is opened, by any command: of several processes that start at once one does it, the
others wait. This command does nothing else, but build indexes over fields that are declared, and has a day for it, where a start gives up after a minute. Use it to migrate a large
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
        await buildFieldIndexes(storage);
      } finally {
        await storage.close();
      }
    });
  return addStorageOptions(command).addHelpText('after', help);
}

/** Servers build them beside their work; here there is nothing else to do. */
async function buildFieldIndexes({ name, factory }: OpenedStorage): Promise<void> {
  let indexes = (await factory.fieldIndexes?.()) ?? [];
  if (indexes.every(({ state }) => state === 'ready')) return;
  while (indexes.some(({ state }) => state !== 'ready')) {
    await setTimeout(lookMilliseconds);
    indexes = (await factory.fieldIndexes?.()) ?? [];
  }
  const built = indexes.map(({ declaration }) => declaration).join(', ');
  process.stdout.write(`${name}: field indexes ${built === '' ? 'removed' : `${built}, built`}\n`);
}

export function describeSchema(schema: StorageSchema | undefined): string {
  if (schema === undefined) return 'has no versions that this storage tells of';
  const { version, found } = schema;
  if (found === version) return `version ${version}, up to date`;
  return found === undefined
    ? `version ${version}, created just now`
    : `version ${version}, migrated from ${found} just now`;
}
