import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Capabilities, StorageExtensions, StorageFactory, StoragePlugin } from '@clusterdex/storage-contract';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { serverVersion } from '../config/server-version.js';
import { bundledFolder } from './bundled-folder.js';
import type { CallGate } from './call-gate.js';
import { requirePlugin } from './check.js';
import { type CloseStep, createClose } from './close.js';
import { configurePlugin } from './configure.js';
import { adaptContract } from './contracts/adapt-contract.js';
import { createHost } from './create-host.js';
import { type Deadlines, defaultDeadlines } from './deadlines.js';
import { discoverPlugins } from './discover.js';
import { declaredExtensions } from './extensions/check-extensions.js';
import { createPluginServices, type PluginServices, type ServedExtensions } from './extensions/plugin-services.js';
import { createCallGate, guardStorage } from './guard.js';
import type { SettingsFile } from './key-value-file.js';
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

export interface OpenSelectedOptions extends Omit<OpenStorageOptions, 'folders' | 'bundled' | 'name'> {
  /** One that is part of the program, in the place of what lies in the folder of the row. */
  readonly plugin?: StoragePlugin;
}

/** A storage that serves, behind the guard. */
export interface OpenedStorage {
  readonly name: string;
  readonly version: string;
  readonly capabilities: Capabilities;
  readonly factory: StorageFactory;
  /** What it does beside storing. */
  readonly extensions: ServedExtensions;
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
  // What is part of the program cannot be told from the rest of it.
  const end = options.plugin ? () => {} : watchRejections(row.folder, logger.child({ plugin: row.name }));
  const endWatch = async (): Promise<void> => {
    // What was rejected in this turn is told at its end.
    await nextTurn();
    end();
  };
  const steps: CloseStep[] = [{ name: 'watch of rejections', run: endWatch }];
  // The guard knows the deadline of its shutdown; this one is for what should never happen.
  const close = createClose(steps, { deadline: deadlines.close + 1000, logger });
  try {
    const { capabilities, storage, extensions, gate, services, settings } = await openParts(row, options);
    steps.push({ name: `services of storage ${row.name}`, run: () => services.end() });
    const guarded = guardStorage(storage, { name: row.name, capabilities, deadlines, logger, registry, gate });
    steps.push({ name: `storage ${row.name}`, run: () => guarded.shutdown() });
    steps.push({ name: `own work of storage ${row.name}`, run: () => services.endServing() });
    const opened = await services.open({ factory: guarded, extensions, settings });
    logger.info({ storage: row.name, version: row.version, folder: row.folder }, 'storage opened');
    return Object.freeze({ name: row.name, version: row.version ?? '', capabilities, ...opened, close });
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
  const { capabilities, storage } = await openParts(row, options);
  return { capabilities, storage };
}

interface StorageParts extends UnguardedStorage {
  /** Those that its capabilities name. */
  readonly extensions: StorageExtensions;
  readonly gate: CallGate;
  readonly services: PluginServices;
  readonly settings: SettingsFile;
}

async function openParts(row: PluginRow, options: OpenSelectedOptions): Promise<StorageParts> {
  const { registry, signal, dataDirectory } = options;
  const { name } = row;
  const deadlines = { ...defaultDeadlines, ...options.deadlines };
  const exported = options.plugin ?? (await loadPlugin(row, { deadline: deadlines.load, signal }));
  const plugin = requirePlugin(adaptContract(exported, row.contract), row);
  const capabilities = Object.freeze(structuredClone(plugin.capabilities));
  const config = configurePlugin(plugin, options);
  // Of its own, so that how much the plugin logs can be changed while it runs.
  const logger = options.logger.child({ plugin: name });
  const journalFolder = join(dataDirectory, `${name}.transactions`);
  const gate = createCallGate({ name, deadlines, logger, registry });
  const services = createPluginServices({
    name,
    capabilities,
    gate,
    deadlines,
    logger,
    registry,
    signal,
    journalFolder,
  });
  try {
    const { host, settings } = await createHost({
      plugin: name,
      dataDirectory,
      logger,
      pluginLogger: logger,
      registry,
      hostVersion: serverVersion,
      signal,
      services: services.services,
    });
    const storage = await openPlugin(plugin, { config, host, deadline: deadlines.open, capabilities });
    const extensions = declaredExtensions(storage, capabilities);
    return { capabilities, storage, extensions, gate, services, settings };
  } catch (error) {
    services.end();
    gate.end();
    throw error;
  }
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
