import { join } from 'node:path';
import type { StorageFactory } from '@clusterdex/storage-contract';
import { importFiles } from '../../../src/synchro/import/import-files.js';
import { repositoryRoot } from '../../support/clusterdex.js';

/** Imports what a real kube-apiserver held; see test/fixtures/alpha. */
export async function loadAlpha(factory: StorageFactory, cluster = 'alpha'): Promise<void> {
  const result = await importFiles({
    factory,
    capabilities: { events: true },
    cluster,
    files: [join(repositoryRoot, 'test/fixtures/alpha/dump.json')],
    signal: new AbortController().signal,
    logger: { warn() {} },
  });
  if (result.failed > 0 || result.imported === 0) throw new Error('the import of alpha failed');
}
