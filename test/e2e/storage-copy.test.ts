import { once } from 'node:events';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { CopyResult } from '../../src/synchro/copy/copy-result.js';
import { repositoryRoot, runClusterdex, spawnClusterdex } from '../support/clusterdex.js';
import { fillStorage } from '../support/fill-storage.js';
import { generateFleet } from '../support/fleet.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { canMount, mountSmallDisk } from '../support/small-disk.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const alpha = join(folder, 'alpha');
const large = join(folder, 'large');
let objects = 0;

beforeAll(async () => {
  const dump = join(repositoryRoot, 'test/fixtures/alpha/dump.json');
  expect(await runClusterdex(['import', '--cluster', 'alpha', dump, '--data-dir', alpha])).toMatchObject({ status: 0 });
  const fleet = [...generateFleet({ seed: 3, pods: 5000, clusters: ['c'] })];
  objects = fleet.length;
  const storage = await openTestStorage('sqlite', { dataDirectory: large });
  await fillStorage(storage.factory, fleet);
  await storage.factory.putClusterInventory({
    cluster: 'c',
    health: { status: 'unknown' },
    resources: [],
    updatedAt: 1,
  });
  await storage.close();
}, 60_000);

describe('clusterdex storage copy', () => {
  it('copies, and says on both sides the same; the copy is served like the original', async () => {
    const sides = ['--from', 'sqlite', '--from-data-dir', alpha, '--to', 'memory', '--to-data-dir', join(folder, 'm')];
    const copied = await runClusterdex(['storage', 'copy', ...sides]);
    expect(copied).toMatchObject({ status: 0, stderr: '' });
    expect(copied.stdout).toMatch(/^CLUSTER +OBJECTS +COPIED +.*VERIFIED\nalpha +474 +474 +0 +\d+ +0 +yes$/m);
    expect(copied.stdout).toMatch(/^1 cluster, 474 objects: 474 copied, 0 unchanged, .*both sides are equal$/m);
    const again = await runClusterdex(['storage', 'copy', ...sides, '--output', 'json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ verified: true, copied: 0, unchanged: 474 });
    const status = ['storage', 'status', '--output', 'json', '--data-dir'];
    const [original, copy] = await Promise.all([
      runClusterdex([...status, alpha]),
      runClusterdex([...status, join(folder, 'm'), '--storage-name', 'memory']),
    ]);
    const counts = ({ stdout }: typeof original) => {
      const { clusters } = JSON.parse(stdout) as { clusters: { types: { resource: string }[] }[] };
      return clusters.map(({ types, ...cluster }) => ({
        ...cluster,
        types: types.map((type) => JSON.stringify(type)).sort(),
      }));
    };
    expect(counts(copy)).toEqual(counts(original));
  });

  it('says what is wrong with what it is told', async () => {
    const from = ['--from', 'sqlite', '--from-data-dir', alpha];
    const to = ['--to', 'memory', '--to-data-dir', join(folder, 'wrong')];
    for (const [parameters, message] of [
      [[...from, '--to', 'sqlite', '--to-data-dir', alpha], '--from and --to are the same storage'],
      [[...from, ...to, '--cluster', 'beta'], 'cluster "beta" is not in the source; there are: alpha'],
      [[...from, '--to', 'postgrse'], 'postgres'],
      [[...from, ...to, '--to-set', 'no=1'], 'no'],
      [[...from], '--to <name>'],
    ] as const) {
      const { status, stdout, stderr } = await runClusterdex(['storage', 'copy', ...parameters]);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toContain(message);
    }
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)(
    'keeps what it copied when %s ends it, and continues',
    async (signal, code) => {
      const target = join(folder, signal);
      const parameters = copyOfLarge(target);
      const child = spawnClusterdex(parameters);
      const [output, errors] = [child.stdout, child.stderr].map((stream) => stream.setEncoding('utf8').toArray());
      await untilWritten(target, 2_000_000);
      child.kill(signal);
      const [status] = await once(child, 'close');
      const result = JSON.parse(((await output) ?? []).join('')) as CopyResult;
      expect({ status, stopped: result.stopped, verified: result.verified }).toEqual({
        status: code,
        stopped: 'interrupted',
        verified: false,
      });
      expect(((await errors) ?? []).join('')).toMatch(/stopped: interrupted\n.*run the same command again to continue/);
      expect(result.copied).toBeGreaterThanOrEqual(500);
      const again = await runClusterdex(parameters);
      expect(again.status).toBe(0);
      expect(JSON.parse(again.stdout)).toMatchObject({
        verified: true,
        copied: objects - result.copied,
        unchanged: result.copied,
      });
    },
    60_000,
  );

  it('continues after it was killed', async () => {
    const target = join(folder, 'killed');
    const child = spawnClusterdex(copyOfLarge(target));
    await untilWritten(target, 2_000_000);
    child.kill('SIGKILL');
    await once(child, 'close');
    const again = await runClusterdex(copyOfLarge(target));
    expect(again.status).toBe(0);
    const { verified, copied, unchanged } = JSON.parse(again.stdout) as CopyResult;
    expect({ verified, sum: copied + unchanged }).toEqual({ verified: true, sum: objects });
    expect(unchanged).toBeGreaterThan(0);
    expect(copied).toBeGreaterThan(0);
  }, 60_000);

  (canMount() ? it : it.skip)(
    `says that the disk of the target is full, and continues when there is room${canMount() ? '' : ' (NOT RUN: only root may mount a small disk)'}`,
    async () => {
      const disk = mountSmallDisk(8);
      if (disk === undefined) throw new Error('no small disk');
      try {
        const target = join(disk.folder, 'data');
        const full = await runClusterdex(copyOfLarge(target));
        expect(full.status).toBe(1);
        expect(full.stderr).toMatch(/stopped: the target failed: .*(ENOSPC|full)/);
        disk.resize(300);
        const again = await runClusterdex(copyOfLarge(target));
        expect(again.status).toBe(0);
        expect(JSON.parse(again.stdout)).toMatchObject({ verified: true, objects });
      } finally {
        disk.remove();
      }
    },
    120_000,
  );

  it('names the file when a config is none', async () => {
    const config = join(folder, 'config.yaml');
    writeFileSync(config, '{');
    const { status, stderr } = await runClusterdex([
      'storage',
      'copy',
      '--from',
      'sqlite',
      '--to',
      'memory',
      '--to-config',
      config,
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain(config);
  });
});

describe('clusterdex storage status and migrate', () => {
  it('tell the schema, what the storage can do, and what it holds', async () => {
    const { status, stdout } = await runClusterdex(['storage', 'status', '--data-dir', alpha]);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^schema +version \d+, up to date\nhealth +healthy\nfield indexes +-\ncapabilities +watch, .*\nwithout +.*history/m,
    );
    expect(stdout).toMatch(/^alpha +unknown +63 +474 +20/m);
    expect(stdout).toMatch(/^pods +41 +1$/m);
    const migrated = await runClusterdex(['storage', 'migrate', '--data-dir', alpha]);
    expect(migrated.stdout).toMatch(/^sqlite: schema version \d+, up to date\n$/);
    const created = await runClusterdex(['storage', 'migrate', '--data-dir', join(folder, 'new')]);
    expect(created.stdout).toMatch(/^sqlite: schema version \d+, created just now\n$/);
  });
});

function copyOfLarge(target: string): string[] {
  const sides = ['--from', 'sqlite', '--from-data-dir', large, '--to', 'sqlite', '--to-data-dir', target];
  return ['storage', 'copy', ...sides, '--output', 'json'];
}

/** Waits until a storage has written so many bytes into its files. */
async function untilWritten(directory: string, bytes: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (sizeOf(directory) < bytes) {
    if (Date.now() > deadline) throw new Error(`less than ${bytes} bytes were written to ${directory}`);
    await delay(5);
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
