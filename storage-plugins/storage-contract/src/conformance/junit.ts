import { type CaseResult, type ConformanceSummary, messageOf } from './conformance-summary.js';

export interface JunitSuite {
  readonly name: string;
  readonly cases: readonly Omit<CaseResult, 'topic'>[];
}

/** A suite for each topic of the kit. A named skip that matches no case is a failure. */
export function junitSuites({ cases, unknownSkips }: ConformanceSummary): readonly JunitSuite[] {
  const topics = [...new Set(cases.map(({ topic }) => topic))];
  const suites = topics.map((name) => ({ name, cases: cases.filter(({ topic }) => topic === name) }));
  if (unknownSkips.length === 0) return suites;
  const error = new Error(`no case of the kit: ${unknownSkips.join('; ')}`);
  const unknown = { name: 'skips nothing that is no case', outcome: 'failed', seconds: 0, error } as const;
  return [...suites, { name: 'skips', cases: [unknown] }];
}

/** The XML that CI systems read, as JUnit's runner for Ant began it. */
export function formatJunit(name: string, suites: readonly JunitSuite[]): string {
  const all = suites.flatMap(({ cases }) => cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${xmlText(name)}" ${countsOf(all)}>`,
    ...suites.flatMap((suite) => [
      `  <testsuite name="${xmlText(suite.name)}" ${countsOf(suite.cases)}>`,
      ...suite.cases.map((one) => formatCase(one, `${name}: ${suite.name}`)),
      '  </testsuite>',
    ]),
    '</testsuites>',
    '',
  ].join('\n');
}

function formatCase({ name, outcome, seconds, reason, error }: Omit<CaseResult, 'topic'>, suite: string): string {
  const head = `    <testcase classname="${xmlText(suite)}" name="${xmlText(name)}" time="${seconds.toFixed(3)}"`;
  if (outcome === 'passed') return `${head}/>`;
  if (outcome === 'skipped') return `${head}><skipped message="${xmlText(reason ?? '')}"/></testcase>`;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${head}><failure message="${xmlText(messageOf(error))}">${xmlText(text)}</failure></testcase>`;
}

function countsOf(cases: readonly Omit<CaseResult, 'topic'>[]): string {
  const count = (wanted: CaseResult['outcome']) => cases.filter(({ outcome }) => outcome === wanted).length;
  const seconds = cases.reduce((sum, one) => sum + one.seconds, 0);
  return `tests="${cases.length}" failures="${count('failed')}" skipped="${count('skipped')}" time="${seconds.toFixed(3)}"`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** Characters that XML 1.0 has no way to write become U+FFFD. */
function xmlText(text: string): string {
  return text
    .replace(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"\n\t]/g, (character) => entities[character] ?? character);
}
