import assert from 'node:assert/strict';
import type { Capabilities } from '../capabilities.js';
import type { StorageFactory } from '../storage-factory.js';
import { createCaseRunner } from './case-runner.js';
import { conformanceTopics } from './cases/topics.js';
import type { ConformanceCase, ConformanceTopic } from './conformance-case.js';
import type { ConformanceSummary } from './conformance-summary.js';

/** A storage that is taken to be right, to compare with: the one called memory, unless there is a reason. */
export interface ReferenceStorage {
  readonly capabilities: Capabilities;
  /** As `open` of the options. */
  open(directory: string): Promise<StorageFactory>;
}

export interface ConformanceOptions {
  /** What the storage is called in the output. */
  readonly name: string;
  readonly capabilities: Capabilities;
  /**
   * Opens the store that belongs to a directory: another directory, another store; the same one again, what was left there. The
   * directory exists and is empty at first; a storage elsewhere may take its path for a name.
   */
  open(directory: string): Promise<StorageFactory>;
  /** Removes what the store of a directory has outside that directory; called when it is shut down. */
  remove?(directory: string): Promise<void>;
  /** Without it, the cases that compare with it are skipped, and say so. */
  readonly reference?: ReferenceStorage;
  /** For how long cases that write at random do so, in seconds; unless given $CLUSTERDEX_SOAK_SECONDS, or else 5. */
  readonly soakSeconds?: number;
  /** Of what is drawn at random; unless given $CLUSTERDEX_SEED, or else another one each time. Failures name it. */
  readonly seed?: number;
  /** Cases that are not run, each with the reason. A name that is no case is a failure. */
  readonly skip?: Readonly<Record<string, string>>;
}

export function soakSecondsOf({ soakSeconds }: ConformanceOptions): number {
  return soakSeconds ?? Number(process.env.CLUSTERDEX_SOAK_SECONDS ?? 5);
}

/** A whole number from 0 to 2^31 - 1. */
export function seedOf({ seed }: ConformanceOptions): number {
  const chosen = seed ?? Number(process.env.CLUSTERDEX_SEED ?? Date.now() % 2 ** 31);
  assert.ok(
    Number.isInteger(chosen) && chosen >= 0 && chosen < 2 ** 31,
    `a seed is a number below 2^31, not ${chosen}`,
  );
  return chosen;
}

/** The cases that say anything about a storage with these capabilities: that a refusal is missing is nothing to skip. */
export function applicableTopics({ capabilities }: ConformanceOptions): readonly ConformanceTopic[] {
  const applies = ({ unless }: ConformanceCase) => unless === undefined || !capabilities[unless];
  return conformanceTopics.map(({ topic, cases }) => ({ topic, cases: cases.filter(applies) }));
}

/** Runs the kit, or the named cases, without a test runner: for a command, or a test of the kit itself. */
export async function runConformance(
  options: ConformanceOptions,
  only?: readonly string[],
): Promise<ConformanceSummary> {
  const cases = applicableTopics(options).flatMap((topic) => topic.cases);
  const wanted = only === undefined ? cases : cases.filter(({ name }) => only.includes(name));
  if (only !== undefined) assert.equal(wanted.length, only.length, `every name of ${only.join('; ')} is a case`);
  const runner = createCaseRunner(options);
  for (const one of wanted) {
    // What fails is in the summary.
    if (runner.skip(one) === undefined) await runner.run(one).catch(() => undefined);
  }
  await runner.close();
  return runner.summary();
}
