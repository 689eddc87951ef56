/** How a run of the kit went, by names of cases. */
export interface ConformanceSummary {
  readonly storage: string;
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
      `${skippedByCapability.length} skipped by capability, ${skippedByName.length} skipped by name`,
    ...failed.map(({ name, error }) => `  failed: ${name}: ${error instanceof Error ? error.message : String(error)}`),
    ...skippedByName.map(({ name, reason }) => `  skipped by name: ${name}: ${reason}`),
    ...unknownSkips.map((name) => `  skip that matches no case: ${name}`),
  ];
  return lines.join('\n');
}
