import { type OpenSelectedOptions, openUnguarded } from './open-storage.js';
import type { PluginRow } from './plugin-row.js';

export interface ConformanceResult {
  /** How many cases passed, failed and were skipped, in one line. */
  readonly summary: string;
  /** A line for each case that failed. */
  readonly failures: readonly string[];
}

/**
 * Runs the conformance kit on the storage itself, without the guard, which would do for it what it fails to do. Each case opens it on
 * a folder of its own; a storage that lives elsewhere has to make do with what its config says, and is written to.
 */
export async function checkConformance(row: PluginRow, options: OpenSelectedOptions): Promise<ConformanceResult> {
  // The kit is large, and a server never needs it.
  const { formatSummary, runConformance } = await import('@clusterdex/storage-contract/conformance');
  const first = await openUnguarded(row, options);
  await first.storage.shutdown();
  const summary = await runConformance({
    name: row.name,
    capabilities: first.capabilities,
    open: async (dataDirectory) => (await openUnguarded(row, { ...options, dataDirectory })).storage,
  });
  return {
    summary: formatSummary(summary).split('\n', 1)[0] ?? '',
    failures: summary.failed.map(({ name, error }) => `${name}: ${oneLine(error)}`),
  };
}

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ');
}
