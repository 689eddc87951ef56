import type { StorageFactory } from '@clusterdex/storage-contract';
import { importFiles } from '../../../src/synchro/import/import-files.js';

/** Imports a dump as the command does; throws when something of it cannot be. */
export async function loadDump(
  factory: StorageFactory,
  { cluster, file }: { readonly cluster: string; readonly file: string },
): Promise<void> {
  const failures: unknown[] = [];
  await importFiles({
    factory,
    capabilities: { events: true },
    cluster,
    files: [file],
    signal: new AbortController().signal,
    logger: { warn: () => {} },
    onFailure: (failure) => failures.push(failure),
  });
  if (failures.length > 0) throw new Error(`${file}: ${JSON.stringify(failures)}`);
}
