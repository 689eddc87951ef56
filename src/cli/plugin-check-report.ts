import type { ConformanceResult } from '../plugin-host/check-conformance.js';
import { checkedSteps, type PluginCheckOutcome } from '../plugin-host/check-junit.js';
import type { PluginRow } from '../plugin-host/plugin-row.js';

export function isWell({ violations, conformance }: PluginCheckOutcome): boolean {
  return violations.length === 0 && (conformance === undefined || conformance.summary.failed.length === 0);
}

/** For people: a line for each thing that is wrong, or one that says what was checked. */
export function formatCheck(row: PluginRow, outcome: PluginCheckOutcome): string {
  const { conformance, violations, runsKit } = outcome;
  const failures = conformance?.summary.failed.map(({ name, error }) => `${name}: ${indented(error)}`) ?? [];
  return [
    ...(conformance === undefined ? [] : [countsOf(conformance), ...storesOf(conformance), ...gradeOf(conformance)]),
    ...[...violations, ...failures].map((violation) => `✗ ${violation}`),
    ...(isWell(outcome) ? [`✓ ${checkedSteps(row)}${runsKit ? ', conformance' : ''}`] : []),
  ]
    .map((line) => `  ${line}\n`)
    .join('');
}

export function formatCheckAsJson(row: PluginRow, outcome: PluginCheckOutcome): string {
  const { conformance, violations } = outcome;
  const { name, version, kind, contract, folder } = row;
  const report = { plugin: { name, version, kind, contract, folder }, ok: isWell(outcome), violations };
  const more = conformance && { conformance: conformance.report, stores: conformance.stores, grade: conformance.grade };
  return `${JSON.stringify({ ...report, ...more }, undefined, 2)}\n`;
}

function countsOf({ summary }: ConformanceResult): string {
  const { storage, passed, failed, skippedByCapability, skippedByName, seed } = summary;
  const skipped = `${skippedByCapability.length} skipped by capability, ${skippedByName.length} skipped by name`;
  return `conformance of ${storage}: ${passed.length} passed, ${failed.length} failed, ${skipped}, seed ${seed}`;
}

/** A plugin has no way to say how a database is removed, so its author has to be told what is left. */
function storesOf({ stores }: ConformanceResult): readonly string[] {
  if (stores.length === 0) return [];
  return [`left for you to remove: ${stores.length} stores, ${stores[0]} to ${stores.at(-1)}`];
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
