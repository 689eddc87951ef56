import assert from 'node:assert/strict';
import { createCaseRunner } from './case-runner.js';
import { applicableTopics, type ConformanceOptions, skipReason, unknownSkips } from './conformance-run.js';
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
  const cases = createCaseRunner(options);
  const passed: string[] = [];
  const failed: { name: string; error: unknown }[] = [];
  const skipped = {
    capability: [] as { name: string; reason: string }[],
    name: [] as { name: string; reason: string }[],
  };
  describe(`conformance of ${options.name}`, () => {
    afterAll?.(cases.close);
    for (const topic of applicableTopics(options)) {
      describe(topic.topic, () => {
        for (const one of topic.cases) {
          const { name } = one;
          const skip = skipReason(options, one);
          const body = async () => {
            try {
              await cases.run(one);
              passed.push(name);
            } catch (error) {
              failed.push({ name, error });
              throw error;
            }
          };
          if (skip === undefined) {
            it(name, body, caseTimeout);
          } else {
            skipped[skip.by].push({ name, reason: skip.reason });
            it.skip(`${name} (${skip.reason})`, body);
          }
        }
      });
    }
    it('skips nothing that is no case', async () => {
      await cases.close();
      const unknown = unknownSkips(options);
      const summary = {
        storage: options.name,
        passed,
        failed,
        skippedByCapability: skipped.capability,
        skippedByName: skipped.name,
        unknownSkips: unknown,
      };
      process.stderr.write(`${formatSummary(summary)}\n`);
      assert.deepEqual(unknown, [], 'every named skip matches a case');
    });
  });
}
