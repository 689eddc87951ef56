import type { Capabilities, StorageFactory } from '@clusterdex/storage-contract';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { serverVersion } from '../config/server-version.js';
import { bundledFolder } from './bundled-folder.js';
import { requirePlugin } from './check.js';
import { type CloseStep, createClose } from './close.js';
import { configurePlugin } from './configure.js';
import { createHost } from './create-host.js';
import { type Deadlines, defaultDeadlines } from './deadlines.js';
import { discoverPlugins } from './discover.js';
import { guardStorage } from './guard.js';
import { loadPlugin } from './load.js';
import { openPlugin } from './open.js';
import type { PluginRow } from './plugin-row.js';
import { selectPlugin } from './select.js';
import { watchRejections } from './watch-rejections.js';

export interface OpenStorageOptions {
  /** Folders to search, in their order. */
  readonly folders: readonly string[];
  /** The folder of the plugins that come with the server; found by itself when absent. */
  readonly bundled?: string;
  /** `sqlite`, `sqlite-storage`, `sqlite@1.2`. */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** `key=value` each, laid over the config, typed by the plugin's schema. */
  readonly settings?: readonly string[];
  readonly dataDirectory: string;
  readonly logger: Logger;
  readonly registry: Registry;
  /** Aborted when the server begins to shut down. */
  readonly signal: AbortSignal;
  readonly deadlines?: Partial<Deadlines>;
}

export type OpenSelectedOptions = Omit<OpenStorageOptions, 'folders' | 'bundled' | 'name'>;

/** A storage that serves, behind the guard. */
export interface OpenedStorage {
  readonly name: string;
  readonly version: string;
  readonly capabilities: Capabilities;
  readonly factory: StorageFactory;
  /** Once, whoever calls; never rejects, and takes no longer than its deadline. */
  close(): Promise<void>;
}

/** Finds, loads, checks, configures and opens the storage of this name. Throws PluginError with every violation. */
export async function openStorage(options: OpenStorageOptions): Promise<OpenedStorage> {
  const bundled = options.bundled ?? bundledFolder();
  const rows = await discoverPlugins(options.folders, { bundled });
  const row = selectPlugin(rows, options.name);
  logRows(rows, row, options.logger);
  return openSelected(row, options);
}

/** As openStorage, for a plugin that was selected already. */
export async function openSelected(row: PluginRow, options: OpenSelectedOptions): Promise<OpenedStorage> {
  const { logger, registry } = options;
  const deadlines = { ...defaultDeadlines, ...options.deadlines };
  const end = watchRejections(row.folder, logger.child({ plugin: row.name }));
  const steps: CloseStep[] = [{ name: 'watch of rejections', run: end }];
  // The guard knows the deadline of its shutdown; this one is for what should never happen.
  const close = createClose(steps, { deadline: deadlines.close + 1000, logger });
  try {
    const { capabilities, storage } = await openUnguarded(row, options);
    const factory = guardStorage(storage, { name: row.name, capabilities, deadlines, logger, registry });
    steps.push({ name: `storage ${row.name}`, run: () => factory.shutdown() });
    logger.info({ storage: row.name, version: row.version, folder: row.folder }, 'storage opened');
    return Object.freeze({ name: row.name, version: row.version ?? '', capabilities, factory, close });
  } catch (error) {
    await close();
    throw error;
  }
}

export interface UnguardedStorage {
  readonly capabilities: Capabilities;
  readonly storage: StorageFactory;
}

/** Every step of a plugin but the guard: for the conformance kit, which has to see what the storage itself does. */
export async function openUnguarded(row: PluginRow, options: OpenSelectedOptions): Promise<UnguardedStorage> {
  const { logger, registry, signal, dataDirectory } = options;
  const deadlines = { ...defaultDeadlines, ...options.deadlines };
  const plugin = requirePlugin(await loadPlugin(row, { deadline: deadlines.load, signal }), row);
  const capabilities = Object.freeze(structuredClone(plugin.capabilities));
  const config = configurePlugin(plugin, options);
  const hostVersion = serverVersion;
  const host = await createHost({ plugin: row.name, dataDirectory, logger, registry, hostVersion, signal });
  return { capabilities, storage: await openPlugin(plugin, { config, host, deadline: deadlines.open }) };
}

/** Says what was not considered and why; a folder that cannot be searched is a warning, since a better version may lie in it. */
function logRows(rows: readonly PluginRow[], selected: PluginRow, logger: Logger): void {
  for (const { name, folder, state, reason, unreadableFolder } of rows) {
    if (state === 'ok') continue;
    const fields = { name, folder, state, reason };
    if (unreadableFolder) logger.warn(fields, 'a plugin folder cannot be searched');
    else if (name === selected.name && state !== 'shadowed')
      logger.warn(fields, 'another plugin of the selected name is not usable');
    else logger.debug(fields, 'not a usable plugin');
  }
}
