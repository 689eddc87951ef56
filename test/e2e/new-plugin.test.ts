import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../support/clusterdex.js';
import { installPacked, packAll } from '../support/install-packed.js';
import { type PackageRegistry, startPackageRegistry } from '../support/package-registry.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const execute = promisify(execFile);
const folder = temporaryFolder();
const installed = join(folder, 'installed');
const plugin = join(folder, 'work', 'ledger-storage');
/** What the sample passed and skipped. */
const before = { pass: 0, skipped: 0 };
let registry: PackageRegistry;

/** In surroundings where npm knows the registry of this test alone. */
async function run(directory: string, command: string, ...parameters: readonly string[]): Promise<string> {
  const environment = {
    PATH: `${join(installed, 'node_modules', '.bin')}:${process.env.PATH}`,
    HOME: folder,
    npm_config_registry: registry.url,
    npm_config_noproxy: '127.0.0.1',
    STORAGE_PLUGINS: join(plugin, 'build', 'plugins'),
  };
  const { stdout } = await execute(command, parameters, {
    cwd: directory,
    env: environment,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** What node:test says at the end. */
function counts(output: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...output.matchAll(/^. (pass|fail|cancelled|skipped) (\d+)$/gm)].map(([, what, count]) => [what, Number(count)]),
  );
}

beforeAll(async () => {
  mkdirSync(join(folder, 'work'));
  const tarballs = await packAll(repositoryRoot, join(folder, 'packs'));
  await installPacked(repositoryRoot, tarballs, installed);
  registry = await startPackageRegistry(repositoryRoot);
}, 120_000);
afterAll(() => registry?.close());

describe('an author who has the packed server and nothing else', () => {
  it('has the storages that come with it, and no sample', async () => {
    const rows = JSON.parse(await run(installed, 'clusterdex', 'plugins', 'list', '--output', 'json')) as readonly {
      name: string;
      state: string;
    }[];
    expect(
      rows
        .filter(({ state }) => state === 'ok')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(expect.arrayContaining(['elasticsearch', 'memory', 'mysql', 'postgres', 'sqlite']));
    expect(rows.map(({ name }) => name)).not.toContain('sample');
    expect(await run(installed, 'clusterdex', 'plugins', 'check', 'sqlite')).toContain('✓');
  }, 60_000);

  it('begins a plugin with one command and passes the conformance kit with another', async () => {
    expect(await run(join(folder, 'work'), 'clusterdex', 'plugins', 'new', 'ledger')).toContain('"ledger"');
    const { pass = 0, skipped = 0, ...rest } = counts(await run(plugin, 'make', 'test'));
    expect(pass).toBeGreaterThan(200);
    expect(rest).toMatchObject({ fail: 0, cancelled: 0 });
    Object.assign(before, { pass, skipped });
  }, 120_000);

  it('builds the folder that the server finds and opens', async () => {
    await run(plugin, 'make', 'plugin');
    expect(await run(folder, 'clusterdex', 'plugins', 'check', 'ledger')).toMatch(/^ledger 0\.1\.0 in .*✓/s);
  }, 60_000);

  it('puts a store of its own choice in the place of the sample, in under 300 lines, and passes the cases of what it can', async () => {
    const store = join(repositoryRoot, 'test', 'fixtures', 'append-log', 'key-value.ts');
    const index = join(plugin, 'src', 'index.ts');
    cpSync(store, join(plugin, 'src', 'key-value.ts'));
    writeFileSync(index, readFileSync(index, 'utf8').replace('durable: false', 'durable: true'));
    const { pass = 0, skipped = 0, ...rest } = counts(await run(plugin, 'make', 'test'));
    expect(readFileSync(store, 'utf8').split('\n').length).toBeLessThan(300);
    expect(rest).toMatchObject({ fail: 0, cancelled: 0 });
    expect(pass).toBeGreaterThan(before.pass);
    expect(skipped).toBeLessThan(before.skipped);
  }, 120_000);

  it('drops its folder in, and stores what it imports', async () => {
    await run(plugin, 'make', 'plugin');
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', uid: 'u', resourceVersion: '7' },
    };
    const dump = join(folder, 'dump.json');
    writeFileSync(dump, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [namespace] }));
    const storage = ['--storage-name', 'ledger', '--data-dir', join(folder, 'data')];
    const importDump = () => run(folder, 'clusterdex', 'import', '--cluster', 'prod', dump, ...storage);
    expect(await importDump()).toContain('1 imported, 0 unchanged');
    expect(await importDump()).toContain('0 imported, 1 unchanged');
  }, 60_000);
});
