import { randomBytes } from 'node:crypto';
import type { ConformanceReport, ConformanceSummary, ReferenceStorage } from '@clusterdex/storage-contract/conformance';
import { bundledFolder } from './bundled-folder.js';
import { discoverPlugins } from './discover.js';
import { nameStores } from './name-stores.js';
import { type OpenSelectedOptions, openUnguarded } from './open-storage.js';
import type { PluginRow } from './plugin-row.js';
import { selectPlugin } from './select.js';

export interface ConformanceResult {
  readonly summary: ConformanceSummary;
  /** The same as plain data. */
  readonly report: ConformanceReport;
  /** The names that stood for `{store}` in the config, none if it stands nowhere; what these stores hold is not removed. */
  readonly stores: readonly string[];
}

/**
 * Runs the conformance kit on the storage itself, without the guard, which would do for it what it fails to do. Each case opens it on
 * a folder of its own, and with a name of its own in place of `{store}`; a storage whose config says neither has one store for all, and fails.
 */
export async function checkConformance(
  row: PluginRow,
  options: OpenSelectedOptions,
  { seed }: { readonly seed?: number | undefined } = {},
): Promise<ConformanceResult> {
  // The kit is large, and a server never needs it.
  const { reportOf, runConformance } = await import('@clusterdex/storage-contract/conformance');
  const naming = nameStores(options, `clusterdex_check_${randomBytes(4).toString('hex')}`);
  const first = await openUnguarded(row, naming.optionsOf(options.dataDirectory));
  await first.storage.shutdown();
  const reference = await openReference(options);
  const summary = await runConformance({
    name: row.name,
    capabilities: first.capabilities,
    reference,
    ...(seed !== undefined && { seed }),
    open: async (dataDirectory) => (await openUnguarded(row, naming.optionsOf(dataDirectory))).storage,
  });
  return { summary, report: reportOf(summary), stores: naming.names() };
}

/** The memory storage that comes with the server, whatever plugin of its name lies in the plugin folders. */
async function openReference(options: OpenSelectedOptions): Promise<ReferenceStorage> {
  const row = selectPlugin(await discoverPlugins([], { bundled: bundledFolder() }), 'memory');
  const open = (dataDirectory: string) =>
    openUnguarded(row, { ...options, config: { journal: false }, settings: [], dataDirectory });
  const { capabilities, storage } = await open(options.dataDirectory);
  await storage.shutdown();
  return { capabilities, open: async (dataDirectory) => (await open(dataDirectory)).storage };
}
