import { setTimeout as delay } from 'node:timers/promises';
import type { StorageFactory } from '@clusterdex/storage-contract';
import {
  type ConformanceSummary,
  createTestHost,
  gradeOf,
  type MeasuredOperation,
  measureStorage,
  runConformance,
} from '@clusterdex/storage-contract/conformance';
import { describe, expect, it } from '@jest/globals';
import plugin from 'memory-storage';

const open = (directory: string) => plugin.createStorageFactory({ journal: false }, createTestHost(directory));
const { capabilities } = plugin;
const names = ['a limit is honoured', 'by name', 'two stores are separate and empty'];

const withRatio = (ratio: number): MeasuredOperation => ({
  name: 'get',
  milliseconds: ratio,
  referenceMilliseconds: 1,
  ratio,
});

async function summaryOf(skip: Readonly<Record<string, string>> = {}): Promise<ConformanceSummary> {
  return runConformance({ name: 'memory', capabilities: { ...capabilities, orderBy: true }, skip, open }, names);
}

describe('the grade of a storage', () => {
  it('says which capabilities were proven, and which nobody tried', async () => {
    const declared = { ...capabilities, rawQuery: true, watch: false };
    const { capabilities: graded, grade } = gradeOf(await summaryOf({ 'by name': 'not today' }), declared, [
      withRatio(2),
    ]);
    expect(graded).toMatchObject({
      continueToken: 'proven',
      orderBy: 'unproven',
      rawQuery: 'unproven',
      watch: 'absent',
      history: 'absent',
    });
    expect(grade).toBe('A');
  });

  it('is an F when a case failed, however quick it is', async () => {
    const summary = await summaryOf();
    const failed = [{ name: 'by name', error: new Error('not by name') }];
    const cases = summary.cases.map((one) => (one.name === 'by name' ? { ...one, outcome: 'failed' as const } : one));
    const graded = gradeOf({ ...summary, failed, cases }, capabilities, [withRatio(0.5)]);
    expect(graded).toMatchObject({ grade: 'F', geometricMean: undefined, capabilities: { orderBy: 'failed' } });
    expect(gradeOf({ ...summary, unknownSkips: ['no case'] }, capabilities, [withRatio(1)]).grade).toBe('F');
  });

  it.each([
    [[1, 9], 'A', 3],
    [[2, 50], 'B', 10],
    [[29], 'C', 29],
    [[31], 'D', 31],
    [[101], 'E', 101],
  ])('of ratios %j is %s', async (ratios, grade, mean) => {
    const graded = gradeOf(await summaryOf(), capabilities, ratios.map(withRatio));
    expect(graded.grade).toBe(grade);
    expect(graded.geometricMean).toBeCloseTo(mean);
  });

  it('is measured beside the reference storage, so that what is slow shows', async () => {
    const slow = (storage: StorageFactory): StorageFactory => ({
      ...storage,
      resourceStorage(type) {
        const original = storage.resourceStorage(type);
        return {
          ...original,
          async *list(options, signal) {
            if (options.limit === 100) await delay(30);
            yield* original.list(options, signal);
          },
        };
      },
    });
    const operations = await measureStorage(
      { capabilities, open: async (directory) => slow(await open(directory)) },
      { capabilities, open },
    );
    const page = operations.find(({ name }) => name === 'list a page of 100');
    const label = operations.find(({ name }) => name === 'list by a label');
    expect(operations).toHaveLength(7);
    expect(page?.milliseconds).toBeGreaterThan(25);
    expect(page?.ratio).toBeGreaterThan(3 * (label?.ratio ?? Number.NaN));
  }, 30_000);
});
