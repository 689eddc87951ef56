import type {
  ConformanceReport,
  ConformanceSummary,
  ReferenceStorage,
  StorageGrade,
} from '@clusterdex/storage-contract/conformance';
import { bundledFolder } from './bundled-folder.js';
import type { CheckStores } from './check-stores.js';
import { discoverPlugins } from './discover.js';
import { type OpenSelectedOptions, openUnguarded } from './open-storage.js';
import type { PluginRow } from './plugin-row.js';
import { selectPlugin } from './select.js';

export interface ConformanceResult {
  readonly summary: ConformanceSummary;
  /** The same as plain data. */
  readonly report: ConformanceReport;
  /** When it was asked for. */
  readonly grade?: StorageGrade;
}

export interface CheckConformanceOptions {
  /** Those that the cases open. */
  readonly stores: CheckStores;
  readonly seed?: number | undefined;
  /** Also measure it beside the memory storage. */
  readonly grade?: boolean | undefined;
}

/**
 * Runs the conformance kit on the storage itself, without the guard, which would do for it what it fails to do. Each case opens it on
 * a folder of its own, and with a name of its own in place of `{store}`; a storage whose config says neither has one store for all, and fails.
 */
export async function checkConformance(
  row: PluginRow,
  options: OpenSelectedOptions,
  { stores, seed, grade }: CheckConformanceOptions,
): Promise<ConformanceResult> {
  // The kit is large, and a server never needs it.
  const { gradeOf, measureStorage, reportOf, runConformance } = await import(
    '@clusterdex/storage-contract/conformance'
  );
  const first = await openUnguarded(row, stores.optionsOf(options.dataDirectory));
  await first.storage.shutdown();
  const reference = await openReference(options);
  const { capabilities } = first;
  const storage = {
    name: row.name,
    capabilities,
    reference,
    ...(seed !== undefined && { seed }),
    open: async (dataDirectory: string) => (await openUnguarded(row, stores.optionsOf(dataDirectory))).storage,
    remove: (dataDirectory: string) => stores.remove(dataDirectory),
  };
  const summary = await runConformance(storage);
  const operations = grade && summary.failed.length === 0 ? await measureStorage(storage, reference) : [];
  const graded = grade && { grade: gradeOf(summary, capabilities, operations) };
  return { summary, report: reportOf(summary), ...graded };
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
