import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { bundledFolder } from '../../src/plugin-host/bundled-folder.js';
import { discoverPlugins } from '../../src/plugin-host/discover.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

function make(...paths: readonly string[]): void {
  for (const path of paths) mkdirSync(join(folder, path), { recursive: true });
}

describe('the folder of the plugins that come with the server', () => {
  it('is storage-plugins in a checkout', () => {
    make('checkout/storage-plugins/memory-storage', 'checkout/node_modules/memory-storage');
    expect(bundledFolder(join(folder, 'checkout'))).toBe(join(folder, 'checkout/storage-plugins'));
  });

  it('is the node_modules that holds them where the server is installed, though the sample lies in its own storage-plugins', () => {
    make('hoisted/node_modules/clusterdex/storage-plugins/sample-storage', 'hoisted/node_modules/memory-storage');
    expect(bundledFolder(join(folder, 'hoisted/node_modules/clusterdex'))).toBe(join(folder, 'hoisted/node_modules'));
    make('nested/clusterdex/storage-plugins/sample-storage', 'nested/clusterdex/node_modules/memory-storage');
    expect(bundledFolder(join(folder, 'nested/clusterdex'))).toBe(join(folder, 'nested/clusterdex/node_modules'));
  });

  it('offers everything that is no sample', async () => {
    const names = (await discoverPlugins([], { bundled: bundledFolder() })).map((row) => `${row.name} ${row.state}`);
    expect(names).toContain('memory ok');
    expect(names).toContain('sqlite ok');
    expect(names).not.toContain('sample ok');
  });
});
