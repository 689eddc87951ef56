import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createStorageError,
  type KeyValueStore,
  type PluginMetrics,
  type StorageHost,
} from '@clusterdex/storage-contract';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { openKeyValueFile, type SettingsFile } from './key-value-file.js';
import type { PluginKind } from './manifest.js';
import { PluginError } from './plugin-error.js';
import { createPluginMetrics } from './plugin-metrics.js';

export interface CreateHostOptions {
  readonly plugin: string;
  /** `storage` unless told. */
  readonly kind?: PluginKind;
  /** The server's data directory; the plugin gets the folder of its name in it. */
  readonly dataDirectory: string;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly hostVersion: string;
  readonly signal: AbortSignal;
  /** What only a storage has; a step is told that it has not. */
  readonly services?: HostServices;
  /** The child logger, where somebody made it already. */
  readonly pluginLogger?: Logger;
  /** In the place of the metrics in the registry. */
  readonly metrics?: PluginMetrics;
}

export interface CreatedHost {
  readonly host: StorageHost;
  /** Those of `host.keyValue`. */
  readonly settings: SettingsFile;
}

export type HostServices = Pick<
  StorageHost,
  'state' | 'activeUri' | 'sendCommand' | 'setHealthChecks' | 'runTransaction'
>;

/** What is handed to a plugin. Its settings lie beside its folder, not in it: what is in its folder is its own. */
export async function createHost(options: CreateHostOptions): Promise<CreatedHost> {
  const { plugin, logger, registry, hostVersion, signal, kind = 'storage' } = options;
  const dataDirectory = join(options.dataDirectory, folderOf(options));
  const settings = await openFiles(dataDirectory, options);
  const { reload: _reload, ...keyValue } = settings;
  const host: StorageHost = Object.freeze({
    logger: options.pluginLogger ?? logger.child({ plugin }),
    metrics: options.metrics ?? createPluginMetrics(plugin, registry, kind),
    createError: createStorageError,
    keyValue: Object.freeze<KeyValueStore>(keyValue),
    now: () => Date.now(),
    dataDirectory,
    hostVersion,
    signal,
    ...(options.services ?? noServices(kind)),
  });
  return { host, settings };
}

/** Of a plugin that is no storage. */
function noServices(kind: PluginKind): HostServices {
  const refuse = () => createStorageError('NOT_SUPPORTED', `a plugin of kind ${kind} has no such service`);
  const reject = () => Promise.reject(refuse());
  const fail = () => {
    throw refuse();
  };
  return {
    state: {
      clusters: reject,
      resourceTypes: reject,
      objectCounts: reject,
      statistics: fail,
      counterNames: () => [],
      counter: () => [],
    },
    activeUri: () => undefined,
    sendCommand: fail,
    setHealthChecks: fail,
    runTransaction: reject,
  };
}

/** A storage has the folder of its name; a step may have the name of a storage. */
function folderOf({ plugin, kind }: CreateHostOptions): string {
  return kind === undefined || kind === 'storage' ? plugin : `${plugin}-${kind}`;
}

async function openFiles(folder: string, options: CreateHostOptions): Promise<SettingsFile> {
  const { plugin, dataDirectory, kind = 'storage' } = options;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await openKeyValueFile(join(dataDirectory, `${folderOf(options)}.settings.json`));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the data directory of ${kind} plugin "${plugin}" cannot be used: ${reason}`;
    throw new PluginError('OPEN_FAILED', message, { cause: error });
  }
}
