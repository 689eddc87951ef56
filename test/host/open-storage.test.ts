import { mkdirSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type StorageHost, storageErrorCodes } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { type OpenStorageOptions, openStorage } from '../../src/plugin-host/open-storage.js';
import { PluginError } from '../../src/plugin-host/plugin-error.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { broken, good, surroundings } from './plugin-fixtures.js';

const folder = temporaryFolder();
const base = { ...surroundings(folder), folders: [good, broken] };

async function failure(name: string, options: Partial<OpenStorageOptions> = {}): Promise<PluginError> {
  const error: unknown = await openStorage({ ...base, ...options, name }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof PluginError) return error;
  throw new Error(`${name} opened`, { cause: error });
}

describe('a storage that opens', () => {
  it('tells its name, version and frozen capabilities, and refuses after close', async () => {
    const storage = await openStorage({ ...base, name: 'top-level-storage' });
    expect(storage).toMatchObject({
      name: 'top-level',
      version: '1.2.3',
      capabilities: { watch: false, orderBy: true },
    });
    expect(Object.isFrozen(storage.capabilities)).toBe(true);
    await storage.factory.prepareCluster('a');
    await Promise.all([storage.close(), storage.close()]);
    await expect(storage.factory.prepareCluster('a')).rejects.toMatchObject({ code: 'CLOSED', retryable: false });
    await expect(storage.factory.health()).resolves.toMatchObject({ healthy: false });
  });

  it('is handed its config and its surroundings', async () => {
    const controller = new AbortController();
    const options = {
      ...surroundings(join(folder, 'data')),
      folders: [good],
      config: { path: '/x' },
      settings: ['port=1'],
    };
    const storage = await openStorage({ ...options, name: 'configured', signal: controller.signal });
    const { config, host } = (globalThis as unknown as { configuredWith: { config: object; host: StorageHost } })
      .configuredWith;
    expect(config).toEqual({ path: '/x', port: 1, pool: { size: 4 } });
    expect(host.dataDirectory).toBe(join(folder, 'data', 'configured'));
    expect((await stat(host.dataDirectory)).isDirectory()).toBe(true);
    expect(host.hostVersion).toMatch(/^\d+\.\d+\.\d+/);
    expect(Math.abs(host.now() - Date.now())).toBeLessThan(60_000);
    expect(host.signal).toBe(controller.signal);
    for (const [code, { retryable }] of Object.entries(storageErrorCodes)) {
      expect(host.createError(code as keyof typeof storageErrorCodes, 'm')).toMatchObject({
        code,
        retryable,
        message: 'm',
      });
    }
    host.metrics.counter('rows_total', 'Rows.').increment(2);
    host.metrics.counter('rows_total', 'Rows.').increment();
    host.metrics.histogram('flush_seconds', 'Flushes.', [1]).observe(0.5);
    const metrics = await options.registry.metrics();
    expect(metrics).toContain('clusterdex_storage_configured_rows_total 3');
    expect(metrics).toContain('clusterdex_storage_configured_flush_seconds_bucket{le="1"} 1');
    expect(() => host.metrics.gauge('rows_total', 'Rows.')).toThrow(/another kind/);
    expect(() => host.metrics.gauge('Rows', 'Rows.')).toThrow(/must match/);
    await storage.close();
  });
});

describe('a start that fails', () => {
  it('tells every violation of the selected plugin, and nothing of the others', async () => {
    const error = await failure('lies');
    expect(error.code).toBe('INVALID_PLUGIN');
    expect(error.violations).toHaveLength(6);
    for (const violation of error.violations) expect(error.message).toContain(violation);
    expect(error.message).not.toContain('throws');
  });

  it('names the config key that is misspelt', async () => {
    const error = await failure('configured', { config: { path: '/x', porrt: 1 } });
    expect(error).toMatchObject({ code: 'INVALID_CONFIG', violations: ['/porrt: is not known, did you mean port?'] });
  });

  it('gives up on an open that hangs, naming the plugin, and shuts down what comes late', async () => {
    const error = await failure('hangs-on-open', { deadlines: { open: 50 } });
    expect(error).toMatchObject({ code: 'OPEN_TIMEOUT', message: expect.stringMatching(/"hangs-on-open".*50 ms/) });
    const late = (globalThis as unknown as { lateOpening: Record<'open' | 'factory' | 'ended', unknown> }).lateOpening;
    (late.open as (factory: unknown) => void)(late.factory);
    await late.ended;
  });

  it('ends when the server is told to end', async () => {
    const controller = new AbortController();
    const opening = failure('hangs-on-open', { signal: controller.signal });
    controller.abort();
    expect((await opening).code).toBe('ABORTED');
  });

  it('names every function that the storage lacks', async () => {
    const error = await failure('no-factory');
    expect(error.code).toBe('INVALID_PLUGIN');
    expect(error.violations).toContain('/resourceStorage: must be a function');
    expect(error.violations).not.toContain('/shutdown: must be a function');
  });

  it('tells why the storage did not open, without its password', async () => {
    const error = await failure('fails-to-open');
    expect(error).toMatchObject({
      code: 'OPEN_FAILED',
      message: expect.stringContaining('cannot reach postgres://***@db.example'),
    });
    expect(error.message).not.toContain('hunter2');
  });

  it('tells a data directory that cannot be used', async () => {
    const file = join(folder, 'no-directory');
    writeFileSync(file, '');
    expect(await failure('twin', { dataDirectory: file })).toMatchObject({
      code: 'OPEN_FAILED',
      message: expect.stringMatching(/data directory of storage plugin "twin" cannot be used: ENOTDIR/),
    });
  });

  it('tells settings that are damaged instead of forgetting them', async () => {
    const path = join(folder, 'damaged');
    mkdirSync(path);
    writeFileSync(join(path, 'twin.settings.json'), '{"a":');
    expect((await failure('twin', { dataDirectory: path })).message).toMatch(
      /settings in .*twin\.settings\.json are no JSON/,
    );
  });

  it('warns of a plugin folder that cannot be searched, and opens what lies elsewhere', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
    const storage = await openStorage({ ...base, folders: [join(folder, 'gone'), good], name: 'twin', logger });
    await storage.close();
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ folder: join(folder, 'gone'), msg: 'a plugin folder cannot be searched' }),
    ]);
    expect((await failure('nobody', { folders: [join(folder, 'gone')] })).message).toMatch(/gone: .*ENOENT/);
  });
});

describe('a close', () => {
  it('does not wait for a storage that hangs', async () => {
    const storage = await openStorage({ ...base, name: 'hangs-on-close', deadlines: { close: 50 } });
    await storage.close();
    await expect(storage.factory.prepareCluster('a')).rejects.toMatchObject({ code: 'CLOSED' });
  });
});
