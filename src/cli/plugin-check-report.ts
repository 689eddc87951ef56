import type { ConformanceResult } from '../plugin-host/check-conformance.js';
import { checkedSteps, type PluginCheckOutcome } from '../plugin-host/check-junit.js';
import type { CheckStoresOutcome } from '../plugin-host/check-stores.js';
import type { PluginRow } from '../plugin-host/plugin-row.js';

export function isWell({ violations, conformance }: PluginCheckOutcome): boolean {
  return violations.length === 0 && (conformance === undefined || conformance.summary.failed.length === 0);
}

/** For people: a line for each thing that is wrong, or one that says what was checked. */
export function formatCheck(row: PluginRow, outcome: PluginCheckOutcome): string {
  const { conformance, violations, runsKit, stores } = outcome;
  const failures = conformance?.summary.failed.map(({ name, error }) => `${name}: ${indented(error)}`) ?? [];
  return [
    ...(conformance === undefined ? [] : [countsOf(conformance), ...gradeOf(conformance)]),
    ...storesOf(stores),
    ...[...violations, ...failures].map((violation) => `✗ ${violation}`),
    ...(isWell(outcome) ? [`✓ ${checkedSteps(row)}${runsKit ? ', conformance' : ''}`] : []),
  ]
    .map((line) => `  ${line}\n`)
    .join('');
}

export function formatCheckAsJson(row: PluginRow, outcome: PluginCheckOutcome): string {
  const { conformance, violations, stores } = outcome;
  const { name, version, kind, contract, folder } = row;
  const report = { plugin: { name, version, kind, contract, folder }, ok: isWell(outcome), violations };
  const more = conformance && { conformance: conformance.report, grade: conformance.grade };
  return `${JSON.stringify({ ...report, ...more, ...(stores && { stores }) }, undefined, 2)}\n`;
}

function countsOf({ summary }: ConformanceResult): string {
  const { storage, passed, failed, skippedByCapability, skippedByName, seed } = summary;
  const skipped = `${skippedByCapability.length} skipped by capability, ${skippedByName.length} skipped by name`;
  return `conformance of ${storage}: ${passed.length} passed, ${failed.length} failed, ${skipped}, seed ${seed}`;
}

function storesOf(stores: CheckStoresOutcome | undefined): readonly string[] {
  if (stores === undefined || stores.left.length === 0) return [];
  const { left, reason } = stores;
  const names = left.length === 1 ? `1 store, ${left[0]}` : `${left.length} stores, ${left[0]} to ${left.at(-1)}`;
  return [`left for you to remove: ${names}`, ...(reason === undefined ? [] : [`  ${reason}`])];
}

function gradeOf({ grade }: ConformanceResult): readonly string[] {
  if (grade === undefined) return [];
  const { capabilities, geometricMean, operations } = grade;
  const groups = (['proven', 'failed', 'unproven', 'absent'] as const).map((wanted) => {
    const names = Object.entries(capabilities).filter(([, proof]) => proof === wanted);
    return { wanted, names: names.map(([name]) => name) };
  });
  return [
    `grade ${grade.grade}${geometricMean === undefined ? '' : `: ${times(geometricMean)} the memory storage, the geometric mean of`}`,
    ...operations.map(
      ({ name, milliseconds, ratio }) => `  ${name}: ${milliseconds.toFixed(2)} ms, ${times(ratio)} as long`,
    ),
    ...groups.flatMap(({ wanted, names }) => (names.length === 0 ? [] : [`  ${wanted}: ${names.join(', ')}`])),
  ];
}

function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 1 : 0)} times`;
}

/** Some say in several lines what was expected and what was found; the rest of long ones is in --json and --junit. */
function indented(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error))
    .split('\n')
    .filter((line) => line.trim() !== '');
  return [...lines.slice(0, 16), ...(lines.length > 16 ? ['…'] : [])].join('\n      ');
}
