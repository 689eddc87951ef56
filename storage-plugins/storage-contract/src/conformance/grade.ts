import type { Capabilities, CapabilityName } from '../capabilities.js';
import { conformanceTopics } from './cases/topics.js';
import type { ConformanceSummary } from './conformance-summary.js';
import type { MeasuredOperation } from './measure.js';

/** The worst geometric mean of the ratios that still earns the letter; what is slower is an E, what fails a case an F. */
export const gradeLimits = [
  { grade: 'A', times: 3 },
  { grade: 'B', times: 10 },
  { grade: 'C', times: 30 },
  { grade: 'D', times: 100 },
] as const;

/**
 * `proven`: declared, and every case that needs it passed. `failed`: declared, and one of these did not pass. `unproven`: declared, and no
 * case that needs it ran. `absent`: not declared.
 */
export type CapabilityGrade = 'proven' | 'failed' | 'unproven' | 'absent';

export interface StorageGrade {
  readonly grade: 'A' | 'B' | 'C' | 'D' | 'E' | 'F';
  readonly capabilities: Readonly<Record<CapabilityName, CapabilityGrade>>;
  /** Of the ratios to the reference storage; undefined when nothing was measured, as for a storage that fails. */
  readonly geometricMean: number | undefined;
  readonly operations: readonly MeasuredOperation[];
}

/** What is wrong is never made up for by speed: `operations` count only when no case failed. */
export function gradeOf(
  summary: ConformanceSummary,
  capabilities: Capabilities,
  operations: readonly MeasuredOperation[],
): StorageGrade {
  const names = Object.keys(capabilities) as CapabilityName[];
  const graded = names.map((name) => [name, capabilities[name] ? proofOf(summary, name) : 'absent'] as const);
  const common = { capabilities: Object.fromEntries(graded) as StorageGrade['capabilities'], operations };
  const failed = summary.failed.length > 0 || summary.unknownSkips.length > 0;
  if (failed || operations.length === 0) return { grade: failed ? 'F' : 'E', geometricMean: undefined, ...common };
  const logarithms = operations.reduce((sum, { ratio }) => sum + Math.log(ratio), 0);
  const geometricMean = Math.exp(logarithms / operations.length);
  const grade = gradeLimits.find(({ times }) => geometricMean <= times)?.grade ?? 'E';
  return { grade, geometricMean, ...common };
}

function proofOf({ cases }: ConformanceSummary, capability: CapabilityName): CapabilityGrade {
  const needing = new Set(
    conformanceTopics.flatMap((topic) => topic.cases.filter(({ needs }) => needs?.includes(capability))),
  );
  const names = new Set([...needing].map(({ name }) => name));
  const outcomes = cases.filter(({ name }) => names.has(name)).map(({ outcome }) => outcome);
  if (outcomes.includes('failed')) return 'failed';
  return outcomes.includes('passed') ? 'proven' : 'unproven';
}
