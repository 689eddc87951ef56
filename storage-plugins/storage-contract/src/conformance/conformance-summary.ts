/** How one case went. */
export interface CaseResult {
  readonly topic: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** How long it took, stores opened and closed included; 0 when it was skipped. */
  readonly seconds: number;
  /** Why it was skipped. */
  readonly reason?: string;
  /** What a case that failed rejected with. */
  readonly error?: unknown;
}

/** How a run of the kit went, by names of cases. */
export interface ConformanceSummary {
  readonly storage: string;
  /** Of what is drawn at random: the same seed draws the same. */
  readonly seed: number;
  /** Every case that applies, in the order in which they ran. */
  readonly cases: readonly CaseResult[];
  readonly passed: readonly string[];
  readonly failed: readonly { readonly name: string; readonly error: unknown }[];
  readonly skippedByCapability: readonly { readonly name: string; readonly reason: string }[];
  readonly skippedByName: readonly { readonly name: string; readonly reason: string }[];
  /** Named skips that are no case of the kit. */
  readonly unknownSkips: readonly string[];
}

export function formatSummary(summary: ConformanceSummary): string {
  const { storage, passed, failed, skippedByCapability, skippedByName, unknownSkips } = summary;
  const lines = [
    `conformance of ${storage}: ${passed.length} passed, ${failed.length} failed, ` +
      `${skippedByCapability.length} skipped by capability, ${skippedByName.length} skipped by name, seed ${summary.seed}`,
    ...failed.map(({ name, error }) => `  failed: ${name}: ${messageOf(error)}`),
    ...skippedByName.map(({ name, reason }) => `  skipped by name: ${name}: ${reason}`),
    ...unknownSkips.map((name) => `  skip that matches no case: ${name}`),
  ];
  return lines.join('\n');
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
