import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hashPlugin } from '../../src/plugin-host/hash-plugin.js';
import { repositoryRoot, runClusterdex } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { broken, fixtures, good, packageJson, writeFiles } from './plugin-fixtures.js';

const folder = temporaryFolder();
const environment = { STORAGE_PLUGINS: [broken, good].join(delimiter) };

describe('clusterdex plugins list', () => {
  it('prints a line for each, with the reason', async () => {
    const { status, stdout } = await runClusterdex(['plugins', 'list'], { environment });
    const lines = stdout.trimEnd().split('\n');
    expect(status).toBe(0);
    expect(lines[0]).toMatch(/^NAME +KIND +VERSION +CONTRACT +STATE +ORIGIN +HASH +FOLDER +REASON$/);
    expect(stdout).toMatch(/^sqlite +storage +\d\S* +1\.0 +ok +bundled +[0-9a-f]{12} /m);
    expect(stdout).toMatch(/^single +storage +0\.3\.0 +1\.0 +ok +folder +[0-9a-f]{12} /m);
    expect(stdout).toMatch(/^many +storage +1\.2\.0 +1\.0 +shadowed .*many@1\.2\.0 selects this one$/m);
    expect(stdout).toMatch(/^newer +storage +1\.0\.0 +1\.7 +incompatible /m);
    expect(stdout).toMatch(/^broken-json-storage +broken .*no JSON/m);
  });

  it('prints JSON, and never what a file name makes of a terminal', async () => {
    const path = join(folder, 'names');
    writeFiles(path, { 'red\u001b[31m\nname': '' });
    const only = { environment: { STORAGE_PLUGINS: path } };
    const { stdout } = await runClusterdex(['plugins', 'list', '--output', 'json'], only);
    expect(JSON.parse(stdout)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'memory', state: 'ok' }),
        expect.objectContaining({ name: 'red\u001b[31m\nname', state: 'skipped' }),
      ]),
    );
    expect((await runClusterdex(['plugins', 'list'], only)).stdout).not.toContain('\u001b');
  });
});

describe('the hash of a plugin', () => {
  it('is that of its content, wherever it lies', async () => {
    const one = join(folder, 'hash', 'one-storage');
    const two = join(folder, 'elsewhere', 'one-storage');
    for (const path of [one, two]) {
      writeFiles(path, { 'package.json': packageJson('one'), 'index.js': '', 'node_modules/a/index.js': 'a' });
    }
    symlinkSync(one, join(folder, 'link-storage'));
    const hash = await hashPlugin(one);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashPlugin(two)).toBe(hash);
    expect(await hashPlugin(join(folder, 'link-storage'))).toBe(hash);
    expect(await hashPlugin(join(one, 'index.js'))).not.toBe(hash);
    writeFiles(two, { 'node_modules/a/index.js': 'b' });
    expect(await hashPlugin(two)).not.toBe(hash);
    writeFiles(two, { 'node_modules/a/index.js': 'a', 'node_modules/a/more.js': '' });
    expect(await hashPlugin(two)).not.toBe(hash);
    expect(await hashPlugin(join(folder, 'nowhere'))).toBeUndefined();
  });
});

describe('clusterdex plugins check', () => {
  it('goes the whole way of a plugin that is well', async () => {
    const byName = await runClusterdex(['plugins', 'check', 'configured', '--storage-set', 'path=/x'], { environment });
    expect(byName).toMatchObject({ status: 0, stdout: expect.stringContaining('✓') });
    const byPath = await runClusterdex(['plugins', 'check', join(good, 'single-storage.mjs')]);
    expect(byPath.status).toBe(0);
  });

  it('prints every violation and fails', async () => {
    const { status, stdout } = await runClusterdex(['plugins', 'check', join(broken, 'lies-storage')]);
    expect(status).toBe(1);
    expect(stdout.match(/✗/g)).toHaveLength(6);
    const manifest = await runClusterdex(['plugins', 'check', join(broken, 'bad-manifest-storage')]);
    expect(manifest).toMatchObject({ status: 1 });
    expect(manifest.stdout.match(/✗/g)).toHaveLength(4);
  });

  it('runs the conformance kit when it is told to, and names what failed', async () => {
    const path = join(good, 'top-level-storage');
    const { status, stdout } = await runClusterdex(['plugins', 'check', path, '--conformance', '--timeout', '5']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/conformance of top-level: \d+ passed, \d+ failed, \d+ skipped by capability/);
    expect(stdout).toMatch(/✗ two stores are separate and empty: /);
  });

  it.each(['hangs-at-import', 'hangs-on-open', 'hangs-on-close'])('ends with a plugin that %s', async (name) => {
    const path = join(broken, `${name}-storage`);
    const { status, stdout } = await runClusterdex(['plugins', 'check', path, '--timeout', '0.2']);
    expect(status).toBe(1);
    expect(stdout).toContain('200 ms');
  });
});

describe('a start', () => {
  it('is stopped by a selected plugin that is broken, with every violation', async () => {
    const command = ['serve', '--insecure-port', '0', '--data-dir', folder, '--storage-name', 'lies'];
    const { status, stderr } = await runClusterdex(command, { environment });
    expect(status).toBe(1);
    const paths = [
      'capabilities/watch',
      'capabilities/orderBy',
      'capabilities/timeTravel',
      'createStorageFactory',
      'name',
      'contract',
    ];
    for (const path of paths) expect(stderr.match(new RegExp(`- /${path}: `, 'g'))).toHaveLength(1);
  });
});

describe('a rejection that a plugin forgets', () => {
  const built = (path: string): string => JSON.stringify(join(repositoryRoot, 'dist', 'src', 'plugin-host', path));
  const script = `
    import { openStorage } from ${built('open-storage.js')};
    import { pino } from 'pino';
    import { Registry } from 'prom-client';
    export async function open(name) {
      return openStorage({ folders: [${JSON.stringify(fixtures)}, process.env.STORAGE_PLUGINS], bundled: ${JSON.stringify(fixtures)},
        name, config: {}, dataDirectory: process.env.DATA, registry: new Registry(), signal: new AbortController().signal,
        logger: pino({ level: 'error' }, pino.destination({ dest: 2, sync: true })) });
    }
  `;

  function run(body: string): { status: number | null; stdout: string; stderr: string } {
    const environmentOfScript = { ...process.env, STORAGE_PLUGINS: broken, DATA: folder };
    const options = { cwd: repositoryRoot, env: environmentOfScript, encoding: 'utf8', timeout: 20_000 } as const;
    return spawnSync(process.execPath, ['--input-type=module', '-e', `${script}\n${body}`], options);
  }

  it('is logged in its name and ends nothing', () => {
    const { status, stdout, stderr } = run(`
      const storage = await open('forgets');
      await storage.factory.prepareCluster('a');
      setImmediate(async () => { console.log('still here'); await storage.close(); });
    `);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'still here\n' });
    expect(JSON.parse(stderr)).toMatchObject({ plugin: 'forgets', err: { message: 'forgotten rejection' } });
  });

  it('is no cover for those of others', () => {
    const { status, stderr } = run(`
      const storage = await open('forgets');
      Promise.reject(new Error('of the server'));
      setImmediate(() => console.log('never here'));
    `);
    expect(status).toBe(1);
    expect(stderr).toContain('of the server');
  });
});

describe('a plugin from elsewhere', () => {
  it('serves with the server, out of a folder with node_modules of its own', async () => {
    const path = join(folder, 'elsewhere');
    writeFiles(path, {
      'own-storage/package.json': packageJson('own'),
      'own-storage/index.js': "import { plugin } from 'a-driver';\nexport default plugin('own');",
      'own-storage/node_modules/a-driver/package.json':
        '{ "name": "a-driver", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
      'own-storage/node_modules/a-driver/index.js': `export { plugin } from ${JSON.stringify(join(fixtures, 'support.mjs'))};`,
    });
    const { status, stdout } = await runClusterdex(['plugins', 'check', 'own'], {
      environment: { STORAGE_PLUGINS: path },
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('✓') });
  });
});
