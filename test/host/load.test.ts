import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkPlugin } from '../../src/plugin-host/check.js';
import { discoverPlugin } from '../../src/plugin-host/discover.js';
import { loadPlugin } from '../../src/plugin-host/load.js';
import { PluginError } from '../../src/plugin-host/plugin-error.js';
import type { PluginRow } from '../../src/plugin-host/plugin-row.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { packageJson, row, writeFiles } from './plugin-fixtures.js';

const folder = temporaryFolder();
const patient = { deadline: 10_000 };

async function load(plugin: PluginRow, deadline = patient.deadline): Promise<string[]> {
  return checkPlugin(await loadPlugin(plugin, { deadline }), plugin);
}

async function failure(plugin: PluginRow, deadline?: number): Promise<PluginError> {
  const error: unknown = await load(plugin, deadline).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof PluginError) return error;
  throw new Error(`${plugin.name} loaded`, { cause: error });
}

describe('a plugin that is well', () => {
  it.each([
    ['with await at its top level', 'top-level-storage'],
    ['in CommonJS', 'plain-common-storage'],
    ['in CommonJS as TypeScript builds it', 'common-storage'],
    ['exported to import alone', 'import-only-storage'],
    ['with main and no exports', 'main-only-storage'],
    ['in a single file', 'single-storage.mjs'],
  ])('loads: %s', async (_, name) => {
    expect(await load(await row('good', name))).toEqual([]);
  });

  it('loads its dependencies from its own node_modules, far from the server', async () => {
    const path = join(folder, 'own-storage');
    const plugin = `export default { contract: '1.0', name: 'own', capabilities, configSchema: { type: 'object' }, createStorageFactory }`;
    writeFiles(path, {
      'package.json': packageJson('own'),
      'index.js': `import { capabilities, createStorageFactory } from 'a-driver';\n${plugin};`,
      'node_modules/a-driver/package.json':
        '{ "name": "a-driver", "version": "1.0.0", "type": "module", "exports": "./driver.js" }',
      'node_modules/a-driver/driver.js': `export const capabilities = 'from its own dependency';\nexport function createStorageFactory() {}`,
    });
    expect(await load(await discoverPlugin(path))).toEqual([
      '/capabilities: must be object, found "from its own dependency"',
    ]);
  });

  it.each(['js', 'cjs'])('loads as a single file that ends in .%s', async (extension) => {
    const path = join(folder, `ending-storage.${extension}`);
    const header = '// clusterdex: { "version": "1.0.0", "kind": "storage", "name": "ending", "contract": "1.0" }';
    writeFiles(folder, { [`ending-storage.${extension}`]: `${header}\nmodule.exports = { name: 'ending' };` });
    expect(await loadPlugin(await discoverPlugin(path), patient)).toEqual({ name: 'ending' });
  });

  it('is imported once', async () => {
    const path = join(folder, 'counted-storage');
    writeFiles(path, {
      'package.json': packageJson('counted'),
      'index.js': 'globalThis.timesCounted = (globalThis.timesCounted ?? 0) + 1;\nexport default {};',
    });
    const plugin = await discoverPlugin(path);
    await Promise.all([loadPlugin(plugin, patient), loadPlugin(plugin, patient)]);
    await loadPlugin(plugin, patient);
    expect(globalThis).toHaveProperty('timesCounted', 1);
  });
});

describe('a plugin that is not', () => {
  it('tells a missing dependency from a plugin that is not found', async () => {
    const error = await failure(await row('broken', 'missing-dependency-storage'));
    expect(error.code).toBe('DEPENDENCY_MISSING');
    expect(error.message).toMatch(/was found, but .*\n.*its dependency a-package-that-nobody-has is missing/);
  });

  it('cannot reach the packages of the server from outside', async () => {
    const path = join(folder, 'leaning-storage');
    writeFiles(path, {
      'package.json': packageJson('leaning'),
      'index.js': `import '@clusterdex/storage-contract';\nexport default {};`,
    });
    const error = await failure(await discoverPlugin(path));
    expect(error.message).toMatch(/its dependency @clusterdex\/storage-contract is missing/);
  });

  it('tells a file that was never built', async () => {
    expect((await failure(await row('broken', 'missing-file-storage'))).message).toMatch(
      /its file .*not-built\.js is missing/,
    );
    expect((await failure(await row('broken', 'unbuilt-storage'))).message).toMatch(
      /entry cannot be resolved \(is it built\?\).*dist\/index\.js/,
    );
  });

  it('tells what it threw, without secrets, and is not tried again', async () => {
    const plugin = await row('broken', 'throws-storage');
    for (const error of [await failure(plugin), await failure(plugin)]) {
      expect(error.code).toBe('LOAD_FAILED');
      expect(error.message).toContain('thrown while importing');
      expect(error.message).not.toContain('hunter2');
    }
    expect(globalThis).toHaveProperty('timesThrown', 1);
  });

  it('is given up on when its module does not finish loading', async () => {
    const plugin = await row('broken', 'hangs-at-import-storage');
    const error = await failure(plugin, 50);
    expect(error.code).toBe('LOAD_TIMEOUT');
    expect(error.message).toMatch(/"hangs-at-import".*50 ms/);
    expect((await failure(plugin, 10)).code).toBe('LOAD_TIMEOUT');
  });

  it('tells what it exports instead of a default', async () => {
    const error = await failure(await row('broken', 'no-default-storage'));
    expect(error.violations).toEqual(['has no default export; it exports storage']);
  });

  it('is not waited for when its default export is a promise', async () => {
    const path = join(folder, 'promised-storage');
    writeFiles(path, { 'package.json': packageJson('promised'), 'index.js': 'export default new Promise(() => {});' });
    expect((await failure(await discoverPlugin(path))).message).toMatch(/default export is a promise/);
  });

  it('is not followed out of its folder', async () => {
    const path = join(folder, 'escaping-storage');
    writeFiles(folder, { 'escaped.js': 'globalThis.escaped = true;' });
    const manifest = JSON.parse(packageJson('escaping')) as Record<string, unknown>;
    writeFiles(path, { 'package.json': JSON.stringify({ ...manifest, exports: undefined, main: '../escaped.js' }) });
    expect((await failure(await discoverPlugin(path))).message).toMatch(/entry leads out of its folder/);
    expect(globalThis).not.toHaveProperty('escaped');
  });
});
