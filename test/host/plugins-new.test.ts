import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { scaffoldPlugin } from '../../src/cli/scaffold-plugin.js';
import { ConfigError } from '../../src/config/config-error.js';
import { discoverPlugin } from '../../src/plugin-host/discover.js';
import { templateFolder } from '../../src/plugin-host/template-folder.js';
import { repositoryRoot, runClusterdex } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const generated = /(^|\/)(node_modules|dist|build)(\/|$)/;

function filesOf(path: string): readonly string[] {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));
  return files.filter((file) => !generated.test(file)).sort();
}

function fresh(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

describe('clusterdex plugins new', () => {
  it('makes a repository of its own: every file of the sample under the new name, a licence, a .gitignore, the contract', async () => {
    const path = join(fresh('complete'), 'redis-storage');
    const { status, stdout } = await runClusterdex(['plugins', 'new', path]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining(`Made ${path}`) });
    const own = ['.gitignore', 'LICENSE', 'vendor/clusterdex-storage-contract-0.1.0.tgz'];
    expect(filesOf(path)).toEqual([...filesOf(templateFolder()), ...own].sort());
    for (const file of filesOf(path).filter((file) => !file.endsWith('.tgz')))
      expect(readFileSync(join(path, file), 'utf8')).not.toMatch(/\bsample\b|\.\.\/storage-contract/);
    expect(await discoverPlugin(path)).toMatchObject({ name: 'redis', packageName: 'redis-storage', state: 'ok' });
  });

  it('takes the name without -storage too, an empty folder, and the contract from a registry', async () => {
    const path = fresh('registry');
    mkdirSync(join(path, 'my-redis-storage'));
    const { status } = await runClusterdex(['plugins', 'new', join(path, 'my-redis'), '--contract', '^1.2.3']);
    expect(status).toBe(0);
    const manifest: unknown = JSON.parse(readFileSync(join(path, 'my-redis-storage', 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({
      name: 'my-redis-storage',
      dependencies: { '@clusterdex/storage-contract': '^1.2.3' },
      clusterdex: { name: 'my-redis' },
    });
    expect(existsSync(join(path, 'my-redis-storage', 'vendor'))).toBe(false);
  });

  it('is what hack/new-storage-plugin runs', () => {
    const path = fresh('script');
    execFileSync(join(repositoryRoot, 'hack', 'new-storage-plugin'), ['redis'], { cwd: path });
    expect(readdirSync(path)).toEqual(['redis-storage']);
  });

  it.each([
    ['Redis', 'cannot be the name of a storage: expected up to 63 lower-case letters'],
    ['re dis-storage', 'cannot be the name of a storage'],
    ['-storage', 'cannot be the name of a storage'],
    ['x'.repeat(64), 'cannot be the name of a storage'],
    ['storage-redis', 'would be taken for a library'],
    ['redis-synchro', 'of kind synchro'],
    ['@acme/redis-storage', 'without a scope'],
    ['missing/redis-storage', 'missing does not exist'],
  ])('refuses the name %s', async (name, message) => {
    const path = join(folder, 'names');
    mkdirSync(path, { recursive: true });
    const parameters = name.startsWith('@') ? name : `${path}/${name}`;
    await expect(scaffoldPlugin(parameters)).rejects.toThrow(message);
    await expect(scaffoldPlugin(parameters)).rejects.toThrow(ConfigError);
    expect(readdirSync(path)).toEqual([]);
  });

  it('leaves a folder that holds something as it is', async () => {
    const path = fresh('taken');
    mkdirSync(join(path, 'redis-storage'));
    writeFileSync(join(path, 'redis-storage', 'mine'), '');
    const { status, stderr } = await runClusterdex(['plugins', 'new', join(path, 'redis-storage')]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('exists and is not empty') });
    expect(filesOf(path)).toEqual(['redis-storage/mine']);
  });

  it('leaves nothing behind when there is no npm to pack the contract', async () => {
    const path = fresh('without-npm');
    const environment = { PATH: folder };
    const { status, stderr } = await runClusterdex(['plugins', 'new', join(path, 'redis')], { environment });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('--contract <version>') });
    expect(readdirSync(path)).toEqual([]);
  });
});
