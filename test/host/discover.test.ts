import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { discoverPlugins } from '../../src/plugin-host/discover.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { broken, fixtures, good, packageJson, writeFiles } from './plugin-fixtures.js';

const folder = temporaryFolder();

async function discover(...folders: readonly string[]): Promise<Record<string, string>> {
  const rows = await discoverPlugins(folders);
  return Object.fromEntries(rows.map((row) => [basename(row.folder), `${row.state}: ${row.reason ?? ''}`]));
}

describe('a folder of plugins', () => {
  it('gives a row to everything that lies in it, with the reason why it is no plugin', async () => {
    const rows = await discover(broken);
    expect(rows).toMatchObject({
      README: expect.stringMatching(/^skipped: a file that is no plugin/),
      'something-else': 'skipped: not called <name>-storage or <name>-synchro',
      'storage-library': expect.stringMatching(/^skipped: a library/),
      'no-package-storage': 'broken: is no package: it has no package.json',
      'no-manifest-storage': expect.stringMatching(/^broken: package.json has no member "clusterdex"/),
      'broken-json-storage': expect.stringMatching(/^broken: package.json is no JSON/),
      'headless-storage.mjs': expect.stringMatching(/^broken: a single-file plugin needs a line/),
      'no-contract-storage': 'broken: /clusterdex/contract: is missing',
      'other-name-storage': expect.stringMatching(/must be "other-name".*found "another"/),
      'older-storage': expect.stringMatching(
        /^incompatible: .*contract 0.8.*speaks 1.0 and 0.9.*newer version of the plugin/,
      ),
      'newer-storage': expect.stringMatching(
        /^incompatible: .*contract 1.7.*speaks 1.0.*needs a host that speaks contract 1.7/,
      ),
      'newest-storage': expect.stringMatching(/^incompatible: .*contract 2.0.*speaks 1.0.*needs a newer host/),
      'throws-storage': 'ok: ',
    });
  });

  it('tells all faults of a manifest at once, each with its path', async () => {
    const rows = await discoverPlugins([broken]);
    const { violations = [] } = rows.find((row) => row.folder.endsWith('bad-manifest-storage')) ?? {};
    const paths = violations.map((violation) => violation.split(':')[0]).sort();
    expect(paths).toEqual(['/clusterdex/colour', '/clusterdex/contract', '/clusterdex/kind', '/version']);
  });

  it('finds packages, versions side by side and single files', async () => {
    const rows = await discoverPlugins([good]);
    expect(rows.find((row) => row.name === 'single')).toMatchObject({ version: '0.3.0', contract: '1.0', state: 'ok' });
    expect(rows.find((row) => row.name === 'import-only')).toMatchObject({
      packageName: '@acme/import-only-storage',
      state: 'ok',
    });
    const many = rows.filter((row) => row.name === 'many').map((row) => `${row.version} ${row.state}`);
    expect(many.sort()).toEqual(['1.10.0 ok', '1.2.0 shadowed', '2.0.0 incompatible']);
  });

  it('lets the first of two folders with the same version win, and says so', async () => {
    const rows = await discoverPlugins([join(fixtures, 'other'), good]);
    const twins = rows.filter((row) => row.name === 'twin');
    expect(twins.map((row) => row.state)).toEqual(['ok', 'shadowed']);
    expect(twins[1]?.reason).toContain(join(fixtures, 'other', 'twin-storage'));
  });

  it('takes a plugin as an entry of its own, a folder or a file', async () => {
    const rows = await discoverPlugins([join(good, 'twin-storage'), join(good, 'single-storage.mjs')]);
    expect(rows.map((row) => `${row.name} ${row.state}`)).toEqual(['twin ok', 'single ok']);
  });

  it('searches a folder once, however often it is named', async () => {
    const once = await discoverPlugins([good]);
    expect(await discoverPlugins([good, `${good}/`, join(good, '..', 'good')])).toEqual(once);
  });

  it('reads no module', async () => {
    const path = join(folder, 'loud');
    writeFiles(path, {
      'loud-storage/package.json': packageJson('loud'),
      'loud-storage/index.js': 'globalThis.loudRan = true;',
      'loudfile-storage.mjs':
        '// clusterdex: {"version":"1.0.0","kind":"storage","name":"loudfile","contract":"1.0"}\nglobalThis.loudRan = true;',
    });
    const rows = await discoverPlugins([path]);
    expect(rows.map((row) => row.state)).toEqual(['ok', 'ok']);
    expect(globalThis).not.toHaveProperty('loudRan');
  });
});

describe('what file systems hold besides', () => {
  it('skips dotfiles and lost+found', async () => {
    const path = join(folder, 'volume');
    mkdirSync(join(path, 'lost+found'), { recursive: true });
    writeFiles(path, { '.hidden-storage/package.json': packageJson('hidden') });
    expect(await discover(path)).toEqual({
      '.hidden-storage': 'skipped: a dotfile',
      'lost+found': 'skipped: a folder of the file system',
    });
  });

  it('refuses links that leave the folder, and circles of links', async () => {
    const path = join(folder, 'links', 'inside');
    writeFiles(join(folder, 'links'), { 'outside-storage/package.json': packageJson('outside') });
    mkdirSync(path);
    symlinkSync(join(folder, 'links', 'outside-storage'), join(path, 'outside-storage'));
    symlinkSync(join(path, 'circle-storage'), join(path, 'circle-storage'));
    symlinkSync(join(path, 'nowhere'), join(path, 'dangling-storage'));
    const rows = await discover(path);
    expect(rows['outside-storage']).toMatch(/^broken: a link that leaves the folder, to .*links\/outside-storage$/);
    expect(rows['circle-storage']).toMatch(/^broken: cannot be read: ELOOP/);
    expect(rows['dangling-storage']).toMatch(/^broken: cannot be read: ENOENT/);
  });

  it('refuses a package.json that is a link out of the folder', async () => {
    const path = join(folder, 'manifest-link');
    writeFiles(folder, { 'elsewhere.json': packageJson('borrowed') });
    mkdirSync(join(path, 'borrowed-storage'), { recursive: true });
    symlinkSync(join(folder, 'elsewhere.json'), join(path, 'borrowed-storage', 'package.json'));
    expect((await discover(path))['borrowed-storage']).toMatch(
      /^broken: its package.json is a link that leaves the folder/,
    );
  });

  it('follows links inside the folder, as a Kubernetes volume has them', async () => {
    const path = join(folder, 'config-map');
    writeFiles(path, {
      '..2026_01_01/mounted-storage.mjs':
        '// clusterdex: {"version":"1.0.0","kind":"storage","name":"mounted","contract":"1.0"}\n',
    });
    symlinkSync('..2026_01_01', join(path, '..data'));
    symlinkSync(join('..data', 'mounted-storage.mjs'), join(path, 'mounted-storage.mjs'));
    const rows = await discoverPlugins([path]);
    expect(rows.filter((row) => row.state !== 'skipped').map((row) => `${row.name} ${row.state}`)).toEqual([
      'mounted ok',
    ]);
  });

  it('gives a row to a folder that is missing, none or unreadable', async () => {
    const path = join(folder, 'a-file');
    writeFileSync(path, '');
    const rows = await discoverPlugins([join(folder, 'missing'), join(path, 'below')]);
    expect(rows).toEqual([
      expect.objectContaining({ state: 'broken', unreadableFolder: true, reason: expect.stringContaining('ENOENT') }),
      expect.objectContaining({ state: 'broken', unreadableFolder: true, reason: expect.stringContaining('ENOTDIR') }),
    ]);
  });
});

describe('the folder of what comes with the server', () => {
  it('gives rows to plugins alone and follows the links of npm', async () => {
    const path = join(folder, 'node_modules');
    writeFiles(join(folder, 'workspace'), { 'linked-storage/package.json': packageJson('linked') });
    writeFiles(path, {
      '@acme/scoped-storage/package.json': JSON.stringify({
        name: '@acme/scoped-storage',
        version: '1.0.0',
        clusterdex: { kind: 'storage', name: 'scoped', contract: '1.0' },
      }),
      'some-library/package.json': '{}',
      'local-storage/package.json': '{ "name": "local-storage", "version": "3.0.0" }',
      'storage-engine/package.json': '{}',
    });
    symlinkSync(join(folder, 'workspace', 'linked-storage'), join(path, 'linked-storage'));
    const rows = await discoverPlugins([], { bundled: path });
    expect(rows.map((row) => `${row.name} ${row.state}`)).toEqual(['scoped ok', 'linked ok']);
  });
});
