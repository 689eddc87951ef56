import { delimiter, resolve } from 'node:path';
import { defaultDataDirectory, defaultStorageName } from './defaults.js';
import { readStorageConfig } from './read-storage-config.js';

/** The storage flags as the command line gives them. */
export interface StorageOptions {
  readonly dataDir?: string;
  readonly storageName?: string;
  readonly storageConfig?: string;
  readonly storageSet?: readonly string[];
  readonly logLevel?: string;
  readonly featureGates?: string;
}

/** Which storage to open, and how. Paths are absolute. */
export interface StorageSettings {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly dataDirectory: string;
  /** Folders of STORAGE_PLUGINS, in their order. */
  readonly folders: readonly string[];
  /** `key=value` each, laid over the config. */
  readonly settings: readonly string[];
}

/** Flags, the config file and the environment in one. Throws ConfigError. */
export function resolveStorageSettings(
  options: StorageOptions,
  environment: NodeJS.ProcessEnv = process.env,
): StorageSettings {
  const config = options.storageConfig === undefined ? {} : readStorageConfig(options.storageConfig);
  return Object.freeze({
    name: options.storageName ?? defaultStorageName,
    config: Object.freeze(config),
    dataDirectory: resolve(options.dataDir ?? defaultDataDirectory(environment)),
    folders: pluginFolders(environment),
    settings: options.storageSet ?? [],
  });
}

/** The folders of STORAGE_PLUGINS, a path list like PATH. */
export function pluginFolders(environment: NodeJS.ProcessEnv = process.env): readonly string[] {
  const list = environment.STORAGE_PLUGINS ?? '';
  return list
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => resolve(folder));
}
