import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { runClusterdex, spawnClusterdex, startServer } from '../support/clusterdex.js';
import { generateFleet } from '../support/fleet.js';
import { sampleFile } from '../support/sample-clusters.js';
import { get } from '../support/serve-samples.js';
import { canMount, mountSmallDisk } from '../support/small-disk.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** docs/bad-input.md names these tests; hack/verify-bad-input.mjs sees to it that it names them right. */
const api = '/apis/clusterpedia.io/v1beta1';
const folder = temporaryFolder();
const storages = ['memory', 'sqlite'] as const;

interface ListedCluster {
  readonly cluster: string;
  readonly objects: number;
}

async function objectsOf(common: readonly string[], cluster: string): Promise<number> {
  const { status, stdout, stderr } = await runClusterdex(['clusters', 'list', '--output', 'json', ...common]);
  if (status !== 0) throw new Error(stderr);
  const clusters = JSON.parse(stdout) as ListedCluster[];
  return clusters.find((listed) => listed.cluster === cluster)?.objects ?? 0;
}

/** A dump of `pods` pods and all that belongs to them, about 5 KB a pod. */
function writeDump(
  name: string,
  pods: number,
  change: (items: string[]) => void = () => {},
): { file: string; objects: number } {
  const items = [...generateFleet({ seed: 5, pods, clusters: ['c'] })]
    .filter(({ type }) => type.resource !== 'rollouts')
    .map(({ object }) => JSON.stringify(object));
  change(items);
  const file = join(folder, name);
  writeFileSync(file, `{"apiVersion":"v1","kind":"List","items":[\n${items.join(',\n')}\n]}\n`);
  return { file, objects: items.length };
}

function commonOf(name: string, storage: string): string[] {
  return ['--data-dir', join(folder, `${name}-${storage}`), '--storage-name', storage];
}

describe.each(storages)('bad input, with %s', (storage) => {
  it('a truncated dump: what stands before the cut is imported, the cut is named', async () => {
    const file = join(folder, `cut-${storage}.json`);
    const whole = readFileSync(sampleFile('prod-eu'));
    writeFileSync(file, whole.subarray(0, whole.length - 100_000));
    const common = commonOf('cut', storage);
    const result = await runClusterdex(['import', '--cluster', 'prod-eu', ...common, file]);
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/cut-\w+\.json: object \d+ .*input ends/);
    const kept = await objectsOf(common, 'prod-eu');
    expect(kept).toBeGreaterThan(150);
    expect(kept).toBeLessThan(338);
    const again = await runClusterdex(['import', '--cluster', 'prod-eu', ...common, sampleFile('prod-eu')]);
    expect(again.status).toBe(0);
    expect(await objectsOf(common, 'prod-eu')).toBe(338);
  });

  it('one bad object among thousands: the others are imported, the bad one is named', async () => {
    const { file, objects } = writeDump(`one-bad-${storage}.json`, 2000, (items) => {
      items[1234] = '{"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"shop"}}';
    });
    expect(objects).toBeGreaterThan(3000);
    const common = commonOf('one-bad', storage);
    const result = await runClusterdex(['import', '--cluster', 'c', ...common, file]);
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/object 1235 \(Pod.*name/);
    expect(await objectsOf(common, 'c')).toBe(objects - 1);
  });

  it('an import that is killed: what was imported stays, and the same command completes it', async () => {
    const { file, objects } = writeDump(`killed-${storage}.json`, 4000);
    const common = commonOf('killed', storage);
    const child = spawnClusterdex(['import', '--cluster', 'c', ...common, '-']);
    const ended = once(child, 'close');
    child.stdin.on('error', () => {});
    const bytes = readFileSync(file);
    // Half of the dump, and no end: the import waits for more. So many bytes are more than one batch.
    child.stdin.write(bytes.subarray(0, bytes.length / 2));
    await untilWritten(join(folder, `killed-${storage}`), 5_000_000);
    child.kill('SIGKILL');
    await ended;
    const again = await runClusterdex(['import', '--cluster', 'c', ...common, '--output', 'json', file]);
    expect(again.status).toBe(0);
    const { imported, unchanged } = JSON.parse(again.stdout) as { imported: number; unchanged: number };
    expect(unchanged).toBeGreaterThan(0);
    expect(imported).toBeGreaterThan(0);
    expect(imported + unchanged).toBe(objects);
    expect(await objectsOf(common, 'c')).toBe(objects);
  });

  (canMount() ? it : it.skip)(
    `a full disk: the error says so, what was stored stays, and the same command goes on when there is room${canMount() ? '' : ' (NOT RUN: only root may mount a small disk)'}`,
    async () => {
      const disk = mountSmallDisk(6);
      if (disk === undefined) throw new Error('no small disk');
      try {
        const { file, objects } = writeDump(`full-${storage}.json`, 2500);
        const common = ['--data-dir', join(disk.folder, 'data'), '--storage-name', storage];
        const result = await runClusterdex(['import', '--cluster', 'c', ...common, file]);
        expect(result.status).toBe(1);
        expect(result.stdout + result.stderr).toMatch(/ENOSPC|disk .* is full/);
        disk.resize(200);
        const kept = await objectsOf(common, 'c');
        expect(kept).toBeGreaterThan(0);
        expect(kept).toBeLessThan(objects);
        const again = await runClusterdex(['import', '--cluster', 'c', ...common, file]);
        expect(again.status).toBe(0);
        expect(await objectsOf(common, 'c')).toBe(objects);
      } finally {
        disk.remove();
      }
    },
    120_000,
  );
});

/** Waits until a storage has written so many bytes into its files. */
async function untilWritten(directory: string, bytes: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (sizeOf(directory) < bytes) {
    if (Date.now() > deadline) throw new Error(`less than ${bytes} bytes were written to ${directory}`);
    await delay(10);
  }
}

function sizeOf(directory: string): number {
  if (!existsSync(directory)) return 0;
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce(
    (sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

describe('bad input', () => {
  it('a storage config with a misspelt key: the start is refused, with the nearest key', async () => {
    const config = join(folder, 'misspelt.json');
    writeFileSync(config, '{"synchronus":"normal"}');
    const result = await runClusterdex([
      'serve',
      '--insecure-port',
      '0',
      ...commonOf('misspelt', 'sqlite'),
      '--storage-config',
      config,
    ]);
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/synchronus.*did you mean synchronous/);
    expect(result.stdout).toBe('');
  });

  it('a setting with a misspelt key: the start is refused, with the nearest key', async () => {
    const result = await runClusterdex([
      'clusters',
      'list',
      ...commonOf('misspelt', 'sqlite'),
      '--storage-set',
      'reader=2',
    ]);
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/reader.*did you mean readers/);
  });

  it('an unreadable STORAGE_PLUGINS: its row says why, and what comes with the server still works', async () => {
    const missing = join(folder, 'no-such-folder');
    const environment = { STORAGE_PLUGINS: missing };
    const listed = await runClusterdex(['plugins', 'list'], { environment });
    expect(listed.status).toBe(0);
    expect(listed.stdout).toMatch(/broken\s.*no-such-folder.*cannot be searched.*ENOENT/);
    const common = commonOf('plugins', 'sqlite');
    const imported = await runClusterdex(['import', '--cluster', 'staging', ...common, sampleFile('staging')], {
      environment,
    });
    expect(imported.status).toBe(0);
    const other = await runClusterdex(['clusters', 'list', ...common.slice(0, 2), '--storage-name', 'acme'], {
      environment,
    });
    expect(other.status).toBe(1);
    expect(other.stderr).toMatch(/acme.*not found/);
    expect(other.stderr).toContain(missing);
  });

  it('a STORAGE_PLUGINS that is a file: its row says so', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'not a folder');
    const { status, stdout } = await runClusterdex(['plugins', 'list'], { environment: { STORAGE_PLUGINS: file } });
    expect(status).toBe(0);
    expect(stdout).toContain(file);
    expect(stdout).not.toMatch(new RegExp(`ok\\s+${file}`));
  });

  it('a second process on the same SQLite file: both work, and the server sees what the other imports', async () => {
    const common = commonOf('shared', 'sqlite');
    expect((await runClusterdex(['import', '--cluster', 'staging', ...common, sampleFile('staging')])).status).toBe(0);
    const server = await startServer(common);
    try {
      const { file, objects } = writeDump('shared.json', 500);
      const imports = ['a', 'b'].map((cluster) => runClusterdex(['import', '--cluster', cluster, ...common, file]));
      const staging = `${server.origin}${api}/resources/clusters/staging/api/v1/pods`;
      for (let number = 0; number < 20; number += 1) expect((await get(staging)).json.items).toHaveLength(39);
      for (const result of await Promise.all(imports)) expect([result.status, result.stderr]).toEqual([0, '']);
      expect(await objectsOf(common, 'a')).toBe(objects);
      expect(await objectsOf(common, 'b')).toBe(objects);
      const all = await get(`${server.origin}${api}/resources/api/v1/pods`);
      expect(all.json.items).toHaveLength(39 + 500 + 500);
    } finally {
      await server.stop();
    }
  });

  it('a second process on the same journal of the memory storage: it is refused, and says who has it', async () => {
    const common = commonOf('shared', 'memory');
    expect((await runClusterdex(['import', '--cluster', 'staging', ...common, sampleFile('staging')])).status).toBe(0);
    const server = await startServer(common);
    try {
      const result = await runClusterdex(['import', '--cluster', 'prod-eu', ...common, sampleFile('prod-eu')]);
      expect(result.status).toBe(1);
      expect(result.stderr).toMatch(new RegExp(`memory.*(${server.pid}|another process)`, 's'));
      expect((await get(`${server.origin}${api}/resources/api/v1/pods`)).json.items).toHaveLength(39);
    } finally {
      await server.stop();
    }
  });

  it('a file that is no SQLite database: it is refused and left as it is', async () => {
    const directory = join(folder, 'no-database', 'sqlite');
    mkdirSync(directory, { recursive: true });
    const file = join(directory, 'clusterdex.sqlite');
    const text = 'This is a letter, and somebody may still want to read it.\n'.repeat(40);
    writeFileSync(file, text);
    const common = ['--data-dir', join(folder, 'no-database')];
    const result = await runClusterdex(['import', '--cluster', 'staging', ...common, sampleFile('staging')]);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain(`${file} is not a usable SQLite database`);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});
