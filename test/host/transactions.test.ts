import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TransactionStep } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { createJournal } from '../../src/plugin-host/extensions/journal.js';
import { createTransactions, type Transactions } from '../../src/plugin-host/extensions/transactions.js';
import { repositoryRoot } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

/** Steps that say what is done with them. */
function loggingStep(name: string, log: string[], fails = false): TransactionStep {
  return {
    name,
    async do() {
      log.push(`do ${name}`);
      if (fails) throw new Error(`${name} failed`);
      return { made: name };
    },
    async undo({ result, parameters }) {
      log.push(`undo ${name} ${JSON.stringify(result)} ${JSON.stringify(parameters)}`);
    },
  };
}

function open(journalFolder: string, steps: readonly TransactionStep[], unfinished: string[][] = []): Transactions {
  return createTransactions({
    journal: createJournal(journalFolder),
    logger: pino({ level: 'silent' }),
    signal: new AbortController().signal,
    steps,
    onUnfinished: (locks) => unfinished.push([...locks]),
  });
}

describe('a transaction', () => {
  it('runs its steps in their order and leaves nothing behind', async () => {
    const log: string[] = [];
    const steps = [loggingStep('a', log), loggingStep('b', log)];
    const journal = join(folder, 'whole');
    await open(journal, steps).run({ name: 't', lock: 'l', steps, parameters: {} });
    expect(log).toEqual(['do a', 'do b']);
    expect(readdirSync(journal)).toEqual([]);
  });

  it('that fails is undone in reverse, the step that failed included, with what each came to', async () => {
    const log: string[] = [];
    const steps = [loggingStep('a', log), loggingStep('b', log, true), loggingStep('c', log)];
    const journal = join(folder, 'failing');
    const running = open(journal, steps).run({ name: 't', lock: 'l', steps, parameters: { n: 1 } });
    await expect(running).rejects.toThrow('b failed');
    expect(log).toEqual(['do a', 'do b', 'undo b undefined {"n":1}', 'undo a {"made":"a"} {"n":1}']);
    expect(readdirSync(journal)).toEqual([]);
  });

  it('waits for another one of its lock', async () => {
    const log: string[] = [];
    const steps = [loggingStep('a', log), loggingStep('b', log)];
    const transactions = open(join(folder, 'locked'), steps);
    await Promise.all([0, 1].map(() => transactions.run({ name: 't', lock: 'l', steps, parameters: {} })));
    expect(log).toEqual(['do a', 'do b', 'do a', 'do b']);
  });

  it('that cannot be undone keeps its lock, is told, and is undone by the next that wants the lock', async () => {
    const log: string[] = [];
    let isMended = false;
    const stubborn: TransactionStep = {
      ...loggingStep('a', log),
      async undo() {
        if (!isMended) throw new Error('not now');
        log.push('undo a');
      },
    };
    const steps = [stubborn, loggingStep('b', log, true)];
    const unfinished: string[][] = [];
    const transactions = open(join(folder, 'stubborn'), steps, unfinished);
    const run = () => transactions.run({ name: 't', lock: 'l', steps, parameters: {} });
    await expect(run()).rejects.toThrow('b failed');
    expect(unfinished.at(-1)).toEqual(['l']);
    await expect(run()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    isMended = true;
    await expect(run()).rejects.toThrow('b failed');
    expect(log.filter((line) => line === 'undo a')).toHaveLength(2);
    expect(unfinished.at(-1)).toEqual([]);
  });

  it('in which the process is killed is undone at the next start', async () => {
    const journal = join(folder, 'killed');
    const moduleUrl = (name: string) =>
      JSON.stringify(pathToFileURL(join(repositoryRoot, 'dist/src/plugin-host/extensions', name)).href);
    const script = `
      const { createJournal } = await import(${moduleUrl('journal.js')});
      const { createTransactions } = await import(${moduleUrl('transactions.js')});
      const die = { name: 'b', do: () => process.kill(process.pid, 'SIGKILL'), undo() {} };
      const steps = [{ name: 'a', do: () => ({ made: 'a' }), undo() {} }, die];
      const logger = { warn() {}, error() {} };
      const signal = new AbortController().signal;
      const journal = createJournal(${JSON.stringify(journal)});
      await createTransactions({ journal, logger, signal, steps, onUnfinished() {} })
        .run({ name: 't', lock: 'l', steps, parameters: { n: 1 } });`;
    const { signal } = spawnSync(process.execPath, ['--input-type=module', '-e', script]);
    expect(signal).toBe('SIGKILL');
    expect(readdirSync(journal).filter((name) => name.endsWith('.json'))).toHaveLength(1);
    const log: string[] = [];
    await open(journal, [loggingStep('a', log), loggingStep('b', log)]).recover();
    expect(log).toEqual(['undo b undefined {"n":1}', 'undo a {"made":"a"} {"n":1}']);
    expect(readdirSync(journal)).toEqual([]);
  });
});
