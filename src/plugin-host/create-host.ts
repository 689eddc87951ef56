import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createStorageError, type StorageHost } from '@clusterdex/storage-contract';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { openKeyValueFile } from './key-value-file.js';
import { createPluginMetrics } from './plugin-metrics.js';

export interface CreateHostOptions {
  readonly plugin: string;
  /** The server's data directory; the plugin gets the folder of its name in it. */
  readonly dataDirectory: string;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly hostVersion: string;
  readonly signal: AbortSignal;
}

/** What is handed to a plugin. Its settings lie beside its folder, not in it: what is in its folder is its own. */
export async function createHost(options: CreateHostOptions): Promise<StorageHost> {
  const { plugin, logger, registry, hostVersion, signal } = options;
  const dataDirectory = join(options.dataDirectory, plugin);
  await mkdir(dataDirectory, { recursive: true });
  return Object.freeze({
    logger: logger.child({ plugin }),
    metrics: createPluginMetrics(plugin, registry),
    createError: createStorageError,
    keyValue: await openKeyValueFile(join(options.dataDirectory, `${plugin}.settings.json`)),
    now: () => Date.now(),
    dataDirectory,
    hostVersion,
    signal,
  });
}
