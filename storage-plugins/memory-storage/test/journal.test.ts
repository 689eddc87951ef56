import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from '@jest/globals';
import { open, readAll, removeTemporaryDirectories, temporaryDirectory, upsert, write } from './support.js';

afterAll(removeTemporaryDirectories);

const writer = join(import.meta.dirname, 'write-in-process.js');

/** The lines that a process says, until `enough` of them or its end. */
async function linesOf(child: ChildProcess, enough: number): Promise<string[]> {
  const lines: string[] = [];
  if (child.stdout === null) throw new Error('the process has no output');
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (lines.length === enough) break;
  }
  return lines;
}

async function filled(names: readonly string[]): Promise<{ directory: string; journal: string; sizes: number[] }> {
  const directory = await temporaryDirectory();
  const journal = join(directory, 'journal');
  const storage = await open(directory);
  const sizes: number[] = [];
  for (const name of names) {
    await write(storage, upsert(name));
    sizes.push((await stat(journal)).size);
  }
  await storage.shutdown();
  return { directory, journal, sizes };
}

async function namesIn(directory: string): Promise<readonly string[]> {
  const storage = await open(directory);
  const { names } = await readAll(storage);
  await storage.shutdown();
  return names;
}

describe('journal', () => {
  it('cuts off a torn end, wherever it is torn, and goes on behind it', async () => {
    const { directory, journal, sizes } = await filled(['a', 'b', 'c']);
    const whole = await readFile(journal);
    const [, second = 0, third = 0] = sizes;
    for (const length of [second + 1, second + 7, second + 8, second + 9, third - 20, third - 1]) {
      await writeFile(journal, whole.subarray(0, length));
      expect(await namesIn(directory)).toEqual(['a', 'b']);
      expect((await stat(journal)).size).toBe(second);
      const storage = await open(directory);
      await write(storage, upsert('d'));
      await storage.shutdown();
      expect(await namesIn(directory)).toEqual(['a', 'b', 'd']);
    }
  });

  it('takes a last frame with wrong bytes for torn', async () => {
    const { directory, journal } = await filled(['a', 'b']);
    const bytes = await readFile(journal);
    bytes[bytes.length - 3] = 0;
    await writeFile(journal, bytes);
    expect(await namesIn(directory)).toEqual(['a']);
  });

  it('begins anew when even its first line is torn', async () => {
    const { directory, journal } = await filled(['a']);
    await truncate(journal, 5);
    expect(await namesIn(directory)).toEqual([]);
    const storage = await open(directory);
    await write(storage, upsert('b'));
    await storage.shutdown();
    expect(await namesIn(directory)).toEqual(['b']);
  });

  it('refuses to lose what was acknowledged when a frame in the middle is damaged', async () => {
    const { directory, journal, sizes } = await filled(['a', 'b', 'c']);
    const bytes = await readFile(journal);
    bytes[(sizes[1] ?? 0) - 3] = 0;
    await writeFile(journal, bytes);
    await expect(open(directory)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining(journal),
    });
    expect(await readFile(journal)).toEqual(bytes);
  });

  it('refuses a file that is no journal', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'journal'), 'something else that is longer than a line');
    await expect(open(directory)).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.stringContaining('no journal'),
    });
  });

  it('is written anew at open when most of it is garbage, and the revision does not fall', async () => {
    const directory = await temporaryDirectory();
    const storage = await open(directory);
    for (let i = 0; i < 20; i++) {
      await write(
        storage,
        ...['a', 'b'].map((name) => upsert(name, { resourceVersion: String(i), size: 50_000 + i })),
        upsert('c', { resourceVersion: String(i), size: 50_000 + i, row: `1 "\u0001${i}\u0001"` }),
      );
    }
    await write(storage, { type: 'delete', namespace: 'default', name: 'b' });
    const before = await readAll(storage);
    await storage.shutdown();
    const reopened = await open(directory);
    expect((await stat(join(directory, 'journal'))).size).toBeLessThan(150_000);
    await write(reopened, upsert('d'));
    await reopened.shutdown();
    const again = await open(directory);
    const after = await readAll(again);
    await again.shutdown();
    expect(before.names).toEqual(['a', 'c']);
    expect(after.names).toEqual(['a', 'c', 'd']);
    expect(after.rows).toEqual([undefined, '1 "\u000119\u0001"', undefined]);
    expect(Number(after.revision)).toBeGreaterThan(Number(before.revision));
  });

  it('has everything that was acknowledged before SIGKILL', async () => {
    const directory = await temporaryDirectory();
    const child = spawn(process.execPath, [writer, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [, ...acknowledged] = await linesOf(child, 60);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const names = await namesIn(directory);
    expect(acknowledged.length).toBe(59);
    expect(names).toEqual(expect.arrayContaining(acknowledged.flatMap((name) => [name, `${name}-too`])));
  });

  it('stores nothing of a write that the disk refuses, and keeps what it has', async () => {
    const directory = await temporaryDirectory();
    // Files end at 64 KB here, the way a disk is full.
    const script = `trap '' XFSZ; ulimit -f 64; exec "$0" "$@"`;
    const child = spawn('bash', ['-c', script, process.execPath, writer, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = await linesOf(child, Number.POSITIVE_INFINITY);
    const [acknowledged, last] = [lines.slice(1, -1), lines.at(-1) ?? ''];
    expect(JSON.parse(last)).toMatchObject({
      code: 'UNAVAILABLE',
      healthy: false,
      reason: expect.stringContaining('EFBIG'),
    });
    expect(acknowledged.length).toBeGreaterThan(5);
    expect(await namesIn(directory)).toEqual(acknowledged.flatMap((name) => [name, `${name}-too`]));
  });
});

describe('data directory', () => {
  it('is refused while another process has it, naming the process, and free when that was killed', async () => {
    const directory = await temporaryDirectory();
    const child = spawn(process.execPath, [writer, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    expect(await linesOf(child, 1)).toEqual(['open']);
    await expect(open(directory)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`process ${child.pid}`),
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await open(directory)).shutdown();
  });

  it('is refused to a second storage of the same process', async () => {
    const directory = await temporaryDirectory();
    const storage = await open(directory);
    await expect(open(directory)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await storage.shutdown();
    await (await open(directory)).shutdown();
  });

  it('is free when its lock is of an earlier process with the same id, or says nothing', async () => {
    for (const content of [`${process.pid} 1`, '', 'nonsense', '999999999 ']) {
      const directory = await temporaryDirectory();
      await writeFile(join(directory, 'lock'), content);
      await (await open(directory)).shutdown();
    }
  });
});
