import type { StoragePlugin } from '@clusterdex/storage-contract';
import { readStorageConfig } from '../config/read-storage-config.js';
import { bundledFolder } from './bundled-folder.js';
import { checkPlugin } from './check.js';
import { adaptContract } from './contracts/adapt-contract.js';
import { discoverPlugin, discoverPlugins } from './discover.js';
import { type OpenedStorage, type OpenSelectedOptions, openSelected } from './open-storage.js';
import { PluginError } from './plugin-error.js';
import type { PluginRow } from './plugin-row.js';
import { selectPlugin } from './select.js';

export interface StorageRegistryOptions extends Omit<OpenSelectedOptions, 'config' | 'settings' | 'plugin'> {
  /** Folders to search beside those plugins that come with the server; none unless told. */
  readonly folders?: readonly string[];
  /** The folder of the plugins that come with the server; found by itself when absent. */
  readonly bundled?: string;
}

export interface RegisteredStorage {
  readonly name: string;
  readonly version: string | undefined;
  /** Path of the plugin; undefined for one that is part of the program. */
  readonly folder: string | undefined;
  readonly isOpen: boolean;
}

/** For programs that embed the host: storages by their names. */
export interface StorageRegistry {
  /**
   * A plugin that is part of the program, or the folder or file of one. Rejects with PluginError: INVALID_PLUGIN with every violation, BROKEN or
   * INCOMPATIBLE for a folder, ALREADY_REGISTERED for a name that there is.
   */
  register(plugin: StoragePlugin | string): Promise<void>;
  isRegistered(name: string): boolean;
  /** By name. */
  list(): readonly RegisteredStorage[];
  /** The storage that was opened under the name; undefined when none is. */
  get(name: string): OpenedStorage | undefined;
  /** Opens it with the config in the file, YAML or JSON, or with its defaults. Rejects with PluginError, or ConfigError for the file. */
  init(name: string, configFile?: string): Promise<OpenedStorage>;
  /** Closes those that are open. Never rejects. */
  close(): Promise<void>;
}

interface Entry {
  readonly row: PluginRow;
  readonly plugin: StoragePlugin | undefined;
  opening: Promise<OpenedStorage> | undefined;
  opened: OpenedStorage | undefined;
}

/** A registry that begins with what comes with the server and what lies in the folders. */
export async function createStorageRegistry(options: StorageRegistryOptions): Promise<StorageRegistry> {
  const { folders = [], bundled = bundledFolder(), ...surroundings } = options;
  const entries = new Map<string, Entry>();
  for (const row of await discoverPlugins(folders, { bundled })) {
    if (row.state === 'ok' && row.kind === 'storage') add(row);
  }

  function add(row: PluginRow, plugin?: StoragePlugin): void {
    entries.set(row.name, { row, plugin, opening: undefined, opened: undefined });
  }

  async function open(entry: Entry, configFile: string | undefined): Promise<OpenedStorage> {
    const config = configFile === undefined ? {} : readStorageConfig(configFile, 'the config file');
    const { row, plugin } = entry;
    entry.opened = await openSelected(row, { ...surroundings, config, ...(plugin && { plugin }) });
    return entry.opened;
  }

  return Object.freeze<StorageRegistry>({
    async register(plugin) {
      const row = typeof plugin === 'string' ? selectFrom(await discoverPlugin(plugin)) : rowOf(plugin);
      if (entries.has(row.name))
        throw new PluginError('ALREADY_REGISTERED', `there is a storage ${JSON.stringify(row.name)} already`);
      add(row, typeof plugin === 'string' ? undefined : plugin);
    },
    isRegistered: (name) => entries.has(name),
    list: () =>
      [...entries.values()]
        .map(({ row, plugin, opened }) => ({
          name: row.name,
          version: row.version,
          folder: plugin === undefined ? row.folder : undefined,
          isOpen: opened !== undefined,
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    get: (name) => entries.get(name)?.opened,
    async init(name, configFile) {
      const entry = entries.get(name);
      if (entry === undefined) {
        const names = [...entries.keys()].sort().join(', ') || 'none';
        throw new PluginError('NOT_FOUND', `there is no storage ${JSON.stringify(name)}; registered are: ${names}`);
      }
      if (entry.opening !== undefined)
        throw new PluginError('ALREADY_REGISTERED', `the storage ${JSON.stringify(name)} is open already`);
      entry.opening = open(entry, configFile);
      try {
        return await entry.opening;
      } catch (error) {
        entry.opening = undefined;
        throw error;
      }
    },
    async close() {
      for (const entry of entries.values()) {
        await entry.opening?.catch(() => {});
        await entry.opened?.close();
        entry.opened = undefined;
        entry.opening = undefined;
      }
    },
  });
}

/** Refuses what is no usable storage, with the reason. */
function selectFrom(row: PluginRow): PluginRow {
  return selectPlugin([row], row.name);
}

function rowOf(plugin: StoragePlugin): PluginRow {
  const violations = checkPlugin(adaptContract(plugin, plugin.contract));
  if (violations.length > 0)
    throw new PluginError('INVALID_PLUGIN', 'what is registered does not fulfil the contract', { violations });
  return { name: plugin.name, contract: plugin.contract, kind: 'storage', folder: '', state: 'ok' };
}
