import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { discoverPlugin } from '../../src/plugin-host/discover.js';
import { templateFolder } from '../../src/plugin-host/template-folder.js';
import { runClusterdex } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const run = promisify(execFile);
const folder = temporaryFolder();
const sample = templateFolder();

describe('sample-storage', () => {
  it('passes the conformance kit in node:test, as its own package.json runs it', async () => {
    const specs = readdirSync(join(sample, 'dist', 'test')).filter((file) => file.endsWith('.spec.js'));
    const { stdout } = await run(
      process.execPath,
      ['--test', '--test-reporter=tap', ...specs.map((file) => join('dist', 'test', file))],
      { cwd: sample },
    );
    const count = (what: string) => Number(new RegExp(`^# ${what} (\\d+)$`, 'm').exec(stdout)?.[1]);
    expect({ fail: count('fail'), cancelled: count('cancelled') }).toEqual({ fail: 0, cancelled: 0 });
    expect(count('pass')).toBeGreaterThan(200);
  }, 120_000);

  it('is built into a folder that a server checks wherever it lies', async () => {
    await run(process.execPath, ['build-plugin.mjs'], { cwd: sample });
    const plugins = join(folder, 'plugins');
    cpSync(join(sample, 'build', 'plugins'), plugins, { recursive: true });
    rmSync(join(sample, 'build'), { recursive: true });
    const environment = { STORAGE_PLUGINS: plugins };
    const listed = await runClusterdex(['plugins', 'list'], { environment });
    expect(listed.stdout).toMatch(/^sample +storage +0\.1\.0 +1\.0 +ok /m);
    const checked = await runClusterdex(['plugins', 'check', 'sample'], { environment });
    expect(checked).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('✓') });
  }, 120_000);

  it('has an image that copies the plugin into the folder that the chart of the server names', async () => {
    const dockerfile = readFileSync(join(sample, 'Dockerfile'), 'utf8');
    const [, entrypoint = ''] = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile) ?? [];
    // What COPY puts into /plugins lies in the folder of the test.
    const [command = '', ...parameters] = JSON.parse(
      entrypoint.replaceAll('/plugins/', `${folder}/image/`),
    ) as string[];
    const target = join(folder, 'target');
    for (const path of [join(folder, 'image', 'sample-storage'), target]) mkdirSync(path, { recursive: true });
    cpSync(join(sample, 'package.json'), join(folder, 'image', 'sample-storage', 'package.json'));
    await run(command, [...parameters, target]);
    expect(await discoverPlugin(join(target, 'sample-storage'))).toMatchObject({ name: 'sample', state: 'ok' });
  });
});
