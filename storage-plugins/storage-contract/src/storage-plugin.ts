import type { Capabilities } from './capabilities.js';
import type { StorageFactory } from './storage-factory.js';
import type { StorageHost } from './storage-host.js';

/** The default export of a `*-storage` package. Recognised by its shape and its `contract`, never by instanceof. */
export interface StoragePlugin<Config = Record<string, unknown>> {
  /** The contract that it was built for, `MAJOR.MINOR`; the same as in the manifest. */
  readonly contract: string;
  /** The registration name: the package name without its scope and without `-storage`. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /** JSON Schema (draft 2020-12 or 07) of the config, an object; defaults in it are filled in before createStorageFactory. */
  readonly configSchema: Readonly<Record<string, unknown>>;
  /** Opens the storage: when it resolves, the storage serves. `config` is validated and frozen. */
  createStorageFactory(config: Config, host: StorageHost): Promise<StorageFactory>;
}
