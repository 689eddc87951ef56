import assert from 'node:assert/strict';
import type { StorageFactory } from '../storage-factory.js';
import { conformanceTopics } from './cases/topics.js';
import type { ConformanceCase } from './conformance-case.js';
import { type ConformanceOptions, seedOf, soakSecondsOf } from './conformance-run.js';
import type { CaseResult, ConformanceSummary } from './conformance-summary.js';
import { createStores, type Stores } from './stores.js';
import { store, type TestObject } from './test-objects.js';

export interface CaseRunner {
  /** Why the case is not to be run; undefined when it is. */
  skip(one: ConformanceCase): string | undefined;
  /** Rejects when the storage fails the case. */
  run(one: ConformanceCase): Promise<void>;
  /** How the cases went until now. */
  summary(): ConformanceSummary;
  /** Closes and removes what is still open. */
  close(): Promise<void>;
}

interface Shared {
  readonly fleet: readonly TestObject[];
  readonly stores: Stores;
  readonly storage: StorageFactory;
}

/** Runs one case after the other, on stores of their own; cases with the same fleet share one. */
export function createCaseRunner(options: ConformanceOptions): CaseRunner {
  const seed = seedOf(options);
  const topics = new Map(conformanceTopics.flatMap(({ topic, cases }) => cases.map(({ name }) => [name, topic])));
  const results: CaseResult[] = [];
  const failed: { name: string; error: unknown }[] = [];
  const skippedByCapability: { name: string; reason: string }[] = [];
  const skippedByName: { name: string; reason: string }[] = [];
  let shared: Shared | undefined;

  async function close(): Promise<void> {
    const stores = shared?.stores;
    shared = undefined;
    await stores?.close();
  }

  async function storesFor({ fleet }: ConformanceCase): Promise<Pick<Shared, 'stores' | 'storage'>> {
    if (fleet !== undefined && fleet === shared?.fleet) return shared;
    await close();
    const stores = createStores(options);
    try {
      const storage = await stores.open(await stores.createDirectory());
      if (fleet !== undefined) {
        await store(storage, fleet);
        shared = { fleet, stores, storage };
      }
      return { stores, storage };
    } catch (error) {
      await stores.close();
      throw error;
    }
  }

  async function runCase(one: ConformanceCase): Promise<void> {
    const { stores, storage } = await storesFor(one);
    let current = storage;
    const [directory = ''] = stores.directories;
    const { reference } = options;
    const references = reference && createStores(reference);
    try {
      await one.run({
        storage,
        capabilities: options.capabilities,
        soakSeconds: soakSecondsOf(options),
        seed,
        ...(reference &&
          references && {
            reference: {
              capabilities: reference.capabilities,
              open: async () => references.open(await references.createDirectory()),
            },
          }),
        openAnother: async () => stores.open(await stores.createDirectory()),
        openTogether: async () => openTwice(stores),
        openSame: () => stores.open(directory),
        async reopen() {
          await current.shutdown();
          current = await stores.open(directory);
          return current;
        },
      });
    } finally {
      await references?.close();
      if (stores !== shared?.stores) await stores.close();
    }
  }

  function record(name: string, result: Omit<CaseResult, 'topic' | 'name'>): void {
    results.push({ topic: topics.get(name) ?? '', name, ...result });
  }

  return {
    close,
    skip({ name, needs = [], needsReference }) {
      const missing = needs.find((capability) => !options.capabilities[capability]);
      const unreferenced =
        needsReference && options.reference === undefined ? 'no reference storage is given' : undefined;
      const reason = missing === undefined ? (options.skip?.[name] ?? unreferenced) : `it has no ${missing}`;
      if (reason === undefined) return undefined;
      (missing === undefined ? skippedByName : skippedByCapability).push({ name, reason });
      record(name, { outcome: 'skipped', seconds: 0, reason });
      return reason;
    },
    async run(one) {
      const start = performance.now();
      const seconds = () => (performance.now() - start) / 1000;
      try {
        await runCase(one);
        record(one.name, { outcome: 'passed', seconds: seconds() });
      } catch (error) {
        record(one.name, { outcome: 'failed', seconds: seconds(), error });
        failed.push({ name: one.name, error });
        throw error;
      }
    },
    summary() {
      const unknownSkips = Object.keys(options.skip ?? {}).filter((name) => !topics.has(name));
      const passed = results.filter(({ outcome }) => outcome === 'passed').map(({ name }) => name);
      const skipped = { skippedByCapability, skippedByName, unknownSkips };
      return { storage: options.name, seed, cases: results, passed, failed, ...skipped };
    },
  };
}

async function openTwice(stores: Stores): Promise<readonly [StorageFactory, StorageFactory]> {
  const directory = await stores.createDirectory();
  const opened = await Promise.allSettled([stores.open(directory), stores.open(directory)]);
  const [one, two] = opened.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
  assert.ok(one && two);
  return [one, two];
}
