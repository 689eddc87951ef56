import type { Capabilities, StorageFactory, StorageHost, StoragePlugin } from '@clusterdex/storage-contract';
import { maskSecrets } from '../config/schema/secrets.js';
import { withDeadline } from './deadline.js';
import { checkExtensions } from './extensions/check-extensions.js';
import { PluginError } from './plugin-error.js';

export interface OpenOptions {
  readonly config: Readonly<Record<string, unknown>>;
  readonly host: StorageHost;
  readonly deadline: number;
  /** What it has to have beside a storage. */
  readonly capabilities: Capabilities;
}

const factoryFunctions = [
  'prepareCluster',
  'resourceVersions',
  'putClusterInventory',
  'clusterInventories',
  'collectionResources',
  'resourceStorage',
  'collectionResourceStorage',
  'cleanCluster',
  'cleanClusterResource',
  'health',
  'shutdown',
] as const satisfies (keyof StorageFactory)[];

/** Opens the storage within the deadline and checks what comes back. What comes too late is shut down. */
export async function openPlugin(plugin: StoragePlugin, options: OpenOptions): Promise<StorageFactory> {
  const { config, host, deadline, capabilities } = options;
  const where = `storage plugin "${plugin.name}"`;
  const opening = (async () => plugin.createStorageFactory(config, host))();
  const onLate = (factory: unknown): void => {
    host.logger.warn({}, 'the storage opened after the host had given up on it; shutting it down');
    void shutDown(factory, host);
  };
  let opened: Awaited<ReturnType<typeof withDeadline<StorageFactory>>>;
  try {
    opened = await withDeadline(opening, deadline, { signal: host.signal, onLate });
  } catch (error) {
    const reason = maskSecrets(error instanceof Error ? error.message : String(error));
    throw new PluginError('OPEN_FAILED', `${where} could not open its storage: ${reason}`, { cause: error });
  }
  if ('late' in opened) {
    if (opened.late === 'aborted')
      throw new PluginError('ABORTED', `${where}: the start was aborted while it opened its storage`);
    throw new PluginError('OPEN_TIMEOUT', `${where} did not open its storage within ${deadline} ms`);
  }
  const violations = checkFactory(opened.value, capabilities);
  if (violations.length === 0) return opened.value;
  await withDeadline(shutDown(opened.value, host), deadline);
  throw new PluginError('INVALID_PLUGIN', `${where} opened something that is no StorageFactory`, { violations });
}

/** The functions that the contract has and a factory has not, and what is wrong with its extensions. */
function checkFactory(factory: unknown, capabilities: Capabilities): string[] {
  if (typeof factory !== 'object' || factory === null)
    return [`/: must be an object, found ${factory === null ? 'null' : typeof factory}`];
  const members = factory as Partial<Record<string, unknown>>;
  const missing = factoryFunctions
    .filter((name) => typeof members[name] !== 'function')
    .map((name) => `/${name}: must be a function`);
  return [...missing, ...checkExtensions(factory, capabilities)];
}

async function shutDown(factory: unknown, host: StorageHost): Promise<void> {
  try {
    await (factory as Partial<StorageFactory> | undefined)?.shutdown?.();
  } catch (error) {
    host.logger.warn({ err: error }, 'the storage failed to shut down');
  }
}
