import type { ConformanceResult } from './check-conformance.js';
import type { CheckStoresOutcome } from './check-stores.js';
import type { PluginRow } from './plugin-row.js';

export interface PluginCheckOutcome {
  /** What is wrong on the way from the manifest to the close. */
  readonly violations: readonly string[];
  /** Whether the kit was asked for; it runs only where nothing is wrong before. */
  readonly runsKit: boolean;
  readonly conformance?: ConformanceResult;
  /** Of a storage that was opened. */
  readonly stores?: CheckStoresOutcome;
}

/** The way that a plugin of this kind goes when it is checked. */
export function checkedSteps({ kind }: PluginRow): string {
  return kind === 'synchro'
    ? 'manifest, contract, module, config, open, step, close'
    : 'manifest, contract, module, capabilities, config, open, health, close';
}

/** JUnit XML: the way of the plugin as one case, then those of the kit. `seconds` is how long all of it took. */
export async function formatCheckAsJunit(
  row: PluginRow,
  outcome: PluginCheckOutcome,
  seconds: number,
): Promise<string> {
  const { formatJunit, junitSuites } = await import('@clusterdex/storage-contract/conformance');
  const { conformance, violations } = outcome;
  const ofCases = conformance?.summary.cases.reduce((sum, one) => sum + one.seconds, 0) ?? 0;
  const way = {
    name: checkedSteps(row),
    seconds: Math.max(0, seconds - ofCases),
    ...(violations.length === 0
      ? ({ outcome: 'passed' } as const)
      : ({ outcome: 'failed', error: violations.join('\n') } as const)),
  };
  const suites = conformance === undefined ? [] : junitSuites(conformance.summary);
  return formatJunit(`${row.name} ${row.version ?? ''}`.trim(), [{ name: 'plugin', cases: [way] }, ...suites]);
}
