import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoragePlugin } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { createStorageRegistry } from '../../src/plugin-host/storage-registry.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { broken, fixtures, good, surroundings } from './plugin-fixtures.js';

const folder = temporaryFolder();
const extended = join(fixtures, 'extended');
const { config: _, ...base } = surroundings(join(folder, 'data'));

describe('a registry of storages, for programs that embed the host', () => {
  it('begins with what lies in the folders, and takes more: folders and plugins of the program', async () => {
    const registry = await createStorageRegistry({ ...base, folders: [extended] });
    expect(registry.list().map(({ name, isOpen }) => [name, isOpen])).toEqual([
      ['fragile', false],
      ['lighthouse', false],
      ['warehouse', false],
    ]);
    expect(registry.isRegistered('twin')).toBe(false);
    await registry.register(join(good, 'twin-storage'));
    expect(registry.isRegistered('twin')).toBe(true);
    await expect(registry.register(join(good, 'twin-storage'))).rejects.toMatchObject({ code: 'ALREADY_REGISTERED' });
    await expect(registry.register(join(broken, 'bad-manifest-storage'))).rejects.toMatchObject({ code: 'BROKEN' });
    await expect(registry.register({ name: 'x' } as StoragePlugin)).rejects.toMatchObject({
      code: 'INVALID_PLUGIN',
      violations: expect.arrayContaining(['/contract: is missing']),
    });
    await registry.close();
  });

  it('opens a storage with a config file, and has it by its name until it is closed', async () => {
    const registry = await createStorageRegistry({ ...base, folders: [] });
    const { default: configured }: { default: StoragePlugin } = await import(join(good, 'configured-storage/index.js'));
    await registry.register({ ...configured, name: 'own' });
    const file = join(folder, 'own.yaml');
    writeFileSync(file, 'path: /x\nport: 7\n');
    expect(registry.get('own')).toBeUndefined();
    const storage = await registry.init('own', file);
    expect(registry.get('own')).toBe(storage);
    expect(registry.list()).toEqual([{ name: 'own', version: undefined, folder: undefined, isOpen: true }]);
    expect((globalThis as unknown as { configuredWith: { config: object } }).configuredWith.config).toMatchObject({
      path: '/x',
      port: 7,
    });
    await expect(registry.init('own', file)).rejects.toMatchObject({ code: 'ALREADY_REGISTERED' });
    await registry.close();
    expect(registry.get('own')).toBeUndefined();
    await expect(storage.factory.prepareCluster('a')).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('says what is wrong, and opens it when that is mended', async () => {
    const registry = await createStorageRegistry({ ...base, folders: [good] });
    await expect(registry.init('nobody')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/there is no storage "nobody"; registered are: /),
    });
    const file = join(folder, 'configured.json');
    writeFileSync(file, '{"pth": "/x"}');
    await expect(registry.init('configured', file)).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
    await expect(registry.init('configured', join(folder, 'gone'))).rejects.toThrow(/the config file .*cannot be read/);
    writeFileSync(file, '{"path": "/x"}');
    await registry.init('configured', file);
    await registry.close();
  });
});
