import assert from 'node:assert/strict';
import { createCaseRunner } from './case-runner.js';
import { applicableTopics, type ConformanceOptions, soakSecondsOf } from './conformance-run.js';
import { formatSummary } from './conformance-summary.js';

/** The part that Jest and node:test have in common. */
export interface ConformanceRunner {
  describe(name: string, body: () => void): unknown;
  it: {
    /** `timeout` in milliseconds; node:test takes no notice of it. */
    (name: string, body: () => Promise<void>, timeout?: number): unknown;
    skip(name: string, body: () => Promise<void>): unknown;
  };
  /** `after` of node:test; without it, a run of a few cases only may leave a store open. */
  afterAll?(body: () => Promise<void>): unknown;
}

/** Generous: a case may be the first that waits for a slow disk or a distant database. */
const caseTimeout = 60_000;

/**
 * Defines the conformance tests of a storage with the functions of a test runner. The last of them fails for a skip that matches no
 * case, and prints the summary.
 */
export function conformance({ describe, it, afterAll }: ConformanceRunner, options: ConformanceOptions): void {
  const runner = createCaseRunner(options);
  const timeout = caseTimeout + soakSecondsOf(options) * 1000;
  describe(`conformance of ${options.name}`, () => {
    afterAll?.(runner.close);
    for (const { topic, cases } of applicableTopics(options)) {
      describe(topic, () => {
        for (const one of cases) {
          const reason = runner.skip(one);
          if (reason === undefined) it(one.name, () => runner.run(one), timeout);
          else it.skip(`${one.name} (${reason})`, () => runner.run(one));
        }
      });
    }
    it('skips nothing that is no case', async () => {
      await runner.close();
      const summary = runner.summary();
      process.stderr.write(`${formatSummary(summary)}\n`);
      assert.deepEqual(summary.unknownSkips, [], 'every named skip matches a case');
    });
  });
}
