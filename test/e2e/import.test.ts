import { once } from 'node:events';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { ClusterInventory } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import type { ImportResult } from '../../src/synchro/import/import-result.js';
import { repositoryRoot, runClusterdex, spawnClusterdex } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const alpha = join(repositoryRoot, 'test/fixtures/alpha/dump.json');
const folder = temporaryFolder();

describe.each(['memory', 'sqlite'])('clusterdex import and clusters, on %s', (name) => {
  const storage = (test: string) => ['--data-dir', join(folder, `${name}-${test}`), '--storage-name', name];

  async function listClusters(test: string): Promise<(ClusterInventory & { objects: number })[]> {
    const { stdout } = await runClusterdex(['clusters', 'list', '--output', 'json', ...storage(test)]);
    return JSON.parse(stdout) as (ClusterInventory & { objects: number })[];
  }

  it('imports a dump, lists the cluster and removes it', async () => {
    const imported = await runClusterdex(['import', '--cluster', 'alpha', alpha, ...storage('whole')]);
    expect(imported).toMatchObject({ status: 0, stderr: '' });
    expect(imported.stdout).toMatch(/^Pod +pods +41 +0 +0$/m);
    expect(imported.stdout).toMatch(/^alpha: 474 objects: 474 imported, 0 unchanged, 0 failed, in /m);
    expect(await listClusters('whole')).toMatchObject([
      { cluster: 'alpha', objects: 474, health: { status: 'unknown' } },
    ]);
    const table = await runClusterdex(['clusters', 'list', ...storage('whole')]);
    expect(table.stdout).toMatch(/^NAME +VERSION +HEALTH +TYPES +OBJECTS +UPDATED\nalpha +- +unknown +63 +474 +20/);

    const unsure = await runClusterdex(['clusters', 'remove', 'alpha', ...storage('whole')]);
    expect(unsure).toMatchObject({ status: 1, stderr: expect.stringMatching(/add --yes to remove cluster alpha/) });
    const unknown = await runClusterdex(['clusters', 'remove', 'beta', '--yes', ...storage('whole')]);
    expect(unknown).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/"beta" is not stored; stored are: alpha/),
    });
    expect(await runClusterdex(['clusters', 'remove', 'alpha', '--yes', ...storage('whole')])).toMatchObject({
      status: 0,
    });
    expect(await listClusters('whole')).toEqual([]);
  });

  it('fails with exit code 1 and names what was not imported', async () => {
    const file = join(folder, `${name}-bad.json`);
    writeFileSync(
      file,
      '{"kind":"List","apiVersion":"v1","items":[{"apiVersion":"v1","kind":"Node","metadata":{"name":"a"}},{"apiVersion":"v1","kind":"Node","metadata":{"name":""}}]}',
    );
    const { status, stderr, stdout } = await runClusterdex(['import', '--cluster', 'c', file, ...storage('bad')]);
    expect(status).toBe(1);
    expect(stderr).toBe(`${file}: object 2 (Node) at byte 100: metadata.name: expected a non-empty string, found ""\n`);
    expect(stdout).toMatch(/c: 2 objects: 1 imported, 0 unchanged, 1 failed/);
  });

  it('prints a summary for scripts', async () => {
    const { status, stdout } = await runClusterdex(
      ['import', '--cluster', 'c', '--output', 'json', ...storage('json')],
      { stdin: '<html>' },
    );
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      cluster: 'c',
      imported: 0,
      failureCount: 1,
      failures: [{ file: '-', reason: 'expected JSON or YAML, found markup: "<html>"' }],
    });
  });

  it('refuses a name that is none, and none', async () => {
    expect(await runClusterdex(['import', '--cluster', 'No', alpha, ...storage('name')])).toMatchObject({
      status: 1,
      stdout: '',
    });
    expect(await runClusterdex(['import', alpha, ...storage('name')])).toMatchObject({ status: 1, stdout: '' });
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('keeps what it imported when %s ends it', async (signal, code) => {
    const objects = Array.from({ length: 1500 }, (_, index) =>
      JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name: `n${index}` } }),
    );
    const parameters = ['import', '--cluster', 'c', '--output', 'json', ...storage(signal)];
    const child = spawnClusterdex(parameters);
    const output = child.stdout.setEncoding('utf8').toArray();
    // The pipe stays open: without the signal the import would wait for more.
    child.stdin.write(objects.slice(0, 1200).join('\n'));
    while (!(await isUnderWay(signal))) expect(child.exitCode).toBeNull();
    child.kill(signal);
    const errors = child.stderr.setEncoding('utf8').toArray();
    const [status] = await once(child, 'close');
    const result = JSON.parse((await output).join('')) as ImportResult;
    expect(status).toBe(code);
    expect((await errors).join('')).toMatch(/^stopped: interrupted\n.*run the same command again to continue/);
    expect(result.stopped).toBe('interrupted');
    expect(result.imported).toBeGreaterThanOrEqual(500);
    const again = await runClusterdex(parameters, { stdin: Readable.from([objects.join('\n')]) });
    expect(again.status).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ imported: 1500 - result.imported, unchanged: result.imported });
  });

  /** Whether the import got so far that a batch is stored: at the least 500 objects of 150 bytes. */
  async function isUnderWay(test: string): Promise<boolean> {
    await setImmediate();
    if (name === 'sqlite') return (await listClusters(test)).some(({ objects }) => objects >= 500);
    return bytesBelow(join(folder, `${name}-${test}`)) > 500 * 150;
  }
});

function bytesBelow(path: string): number {
  if (!existsSync(path)) return 0;
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  return entries.reduce(
    (bytes, entry) => bytes + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0),
    0,
  );
}
