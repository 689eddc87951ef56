import { type CaseResult, type ConformanceSummary, messageOf } from './conformance-summary.js';

/** A run of the kit as plain data, for machines: every error is its message. */
export interface ConformanceReport {
  readonly storage: string;
  readonly seed: number;
  readonly passed: number;
  readonly failed: number;
  readonly skippedByCapability: number;
  readonly skippedByName: number;
  readonly unknownSkips: readonly string[];
  readonly cases: readonly (Omit<CaseResult, 'error'> & { readonly message?: string })[];
}

export function reportOf(summary: ConformanceSummary): ConformanceReport {
  return {
    storage: summary.storage,
    seed: summary.seed,
    passed: summary.passed.length,
    failed: summary.failed.length,
    skippedByCapability: summary.skippedByCapability.length,
    skippedByName: summary.skippedByName.length,
    unknownSkips: summary.unknownSkips,
    cases: summary.cases.map(({ error, seconds, ...result }) => ({
      ...result,
      seconds: Number(seconds.toFixed(3)),
      ...(result.outcome === 'failed' && { message: messageOf(error) }),
    })),
  };
}
