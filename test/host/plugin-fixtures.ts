import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { discoverPlugin } from '../../src/plugin-host/discover.js';
import type { OpenStorageOptions } from '../../src/plugin-host/open-storage.js';
import type { PluginRow } from '../../src/plugin-host/plugin-row.js';
import { repositoryRoot } from '../support/clusterdex.js';

export const fixtures = join(repositoryRoot, 'test', 'fixtures', 'plugins');
export const good = join(fixtures, 'good');
export const broken = join(fixtures, 'broken');

/** A folder that holds no plugins, so that a test sees its own alone. */
export const nothingBundled = fixtures;

export function row(...path: readonly string[]): Promise<PluginRow> {
  return discoverPlugin(join(fixtures, ...path));
}

/** Writes files by their paths below a folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

export function packageJson(name: string, contract = '1.0', version = '1.0.0'): string {
  const clusterdex = { kind: 'storage', name, contract };
  return JSON.stringify({ name: `${name}-storage`, version, type: 'module', exports: './index.js', clusterdex });
}

export function surroundings(dataDirectory: string): Omit<OpenStorageOptions, 'name' | 'folders'> {
  return {
    bundled: nothingBundled,
    config: {},
    dataDirectory,
    logger: pino({ level: 'silent' }),
    registry: new Registry(),
    signal: new AbortController().signal,
  };
}
