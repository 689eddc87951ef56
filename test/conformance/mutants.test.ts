import type { StorageFactory } from '@clusterdex/storage-contract';
import { conformanceTopics, createTestHost, runConformance } from '@clusterdex/storage-contract/conformance';
import { describe, expect, it } from '@jest/globals';
import plugin from 'memory-storage';
import { faults, knownFaults } from './known-faults.js';
import { mutants as readMutants } from './mutants.js';
import { randomMutants } from './random-mutants.js';
import { storeMutants } from './store-mutants.js';
import { watchMutants } from './watch-mutants.js';

const mutants = [...readMutants, ...watchMutants, ...randomMutants];
const open = (directory: string) => plugin.createStorageFactory({ journal: false }, createTestHost(directory));
const reference = { capabilities: plugin.capabilities, open };

const run = (mutate: (storage: StorageFactory) => StorageFactory, only: readonly string[], skip = {}) =>
  runConformance(
    {
      name: 'mutant',
      capabilities: plugin.capabilities,
      soakSeconds: 1,
      seed: 7,
      reference,
      skip,
      open: async (directory) => mutate(await open(directory)),
    },
    only,
  );

describe('the conformance kit finds the storage that', () => {
  it.each(mutants)('$fault', async ({ mutate, foundBy }) => {
    const { failed, passed } = await run(mutate, [foundBy]);
    expect(passed).toEqual([]);
    expect(failed.map(({ name }) => name)).toEqual([foundBy]);
  });

  it.each(storeMutants)('$fault', async ({ capabilities, create, foundBy }) => {
    const options = { name: 'mutant', capabilities: { ...plugin.capabilities, ...capabilities }, open: create() };
    const { failed, passed } = await runConformance(options, [foundBy]);
    expect(passed).toEqual([]);
    expect(failed.map(({ name }) => name)).toEqual([foundBy]);
  });
});

describe('what storages were seen to do wrong', () => {
  it.each(knownFaults)('$known: has cases, and mutants that they find', ({ foundBy }) => {
    const cases = conformanceTopics.flatMap((topic) => topic.cases.map(({ name }) => name));
    for (const name of foundBy) expect(cases).toContain(name);
    const proved = faults.map((fault) => fault.foundBy);
    const unproved = ['a batch of 5,000 objects is written in few round trips'];
    for (const name of foundBy) expect([...proved, ...unproved]).toContain(name);
  });
});

describe('the conformance kit', () => {
  it('has a name of its own for each case', () => {
    const names = conformanceTopics.flatMap(({ cases }) => cases.map(({ name }) => name));
    expect(names).toEqual([...new Set(names)]);
  });

  it('ends to compare watches where events of objects are what a seed writes last, of which no watch is told', async () => {
    const compared = 'watches of random writes tell what those of the reference storage tell';
    const options = { name: 'memory', capabilities: plugin.capabilities, reference, open, seed: 2142026680 };
    const { passed, failed } = await runConformance(options, [compared]);
    expect({ passed, failed }).toEqual({ passed: [compared], failed: [] });
  });

  it('passes the storage that the mutants are made of', async () => {
    const names = [...new Set(mutants.map(({ foundBy }) => foundBy))];
    const { failed, passed } = await run((storage) => storage, names);
    expect(failed).toEqual([]);
    expect(passed.toSorted()).toEqual(names.toSorted());
  });

  it('says of what it drew at random the smallest that goes wrong, the same each time', async () => {
    const mutant = randomMutants.find(({ foundBy }) => foundBy.startsWith('random lists'));
    const messages = async (): Promise<string> => {
      const { failed } = await run(mutant?.mutate ?? ((storage) => storage), [mutant?.foundBy ?? '']);
      return failed.map(({ error }) => String(error)).join();
    };
    const message = await messages();
    expect(message).toContain('with seed 7: query ');
    // Of all that was asked and written only what it takes is left.
    const [, options = ''] = /a list of \w+ (\{.*\})\n/.exec(message) ?? [];
    expect(JSON.parse(options)).toEqual({ orderBy: [expect.anything(), expect.anything()] });
    expect(message).toContain('behind 2 changes:');
    expect(await messages()).toBe(message);
  });

  it('skips what compares with a reference storage when there is none, and says so', async () => {
    const name = 'random lists of a random fleet are those of the reference storage';
    const options = { name: 'alone', capabilities: plugin.capabilities, open };
    const { skippedByName, cases } = await runConformance(options, [name]);
    expect(skippedByName).toEqual([{ name, reason: 'no reference storage is given' }]);
    expect(cases).toMatchObject([{ name, outcome: 'skipped', topic: 'beside the reference storage' }]);
  });

  it('tells a named skip that matches no case', async () => {
    const skip = { 'a limit is honoured': 'not today', 'no such case': 'a mistake' };
    const summary = await run((storage) => storage, ['a limit is honoured'], skip);
    expect(summary).toMatchObject({
      passed: [],
      failed: [],
      skippedByName: [{ name: 'a limit is honoured', reason: 'not today' }],
      unknownSkips: ['no such case'],
    });
  });

  it('skips what a storage does not declare', async () => {
    const { skippedByCapability } = await runConformance(
      {
        name: 'modest',
        capabilities: { ...plugin.capabilities, orderBy: false },
        open: (directory) => plugin.createStorageFactory({ journal: false }, createTestHost(directory)),
      },
      ['by name, descending'],
    );
    expect(skippedByCapability).toEqual([{ name: 'by name, descending', reason: 'it has no orderBy' }]);
  });
});
