import { createStorageError, type TransactionContext, type TransactionStep } from '@clusterdex/storage-contract';
import type { Logger } from 'pino';
import type { Journal, JournalEntry, JournalStep } from './journal.js';
import { isRunning, ownIdentity } from './process-identity.js';

export interface Transaction {
  /** For messages and the journal. */
  readonly name: string;
  /** Transactions of one lock run one after the other; of another process's there is none at the same time. */
  readonly lock: string;
  readonly steps: readonly TransactionStep[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal | undefined;
}

export interface TransactionsOptions {
  readonly journal: Journal;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** All steps that a journal may name. */
  readonly steps: readonly TransactionStep[];
  /** Told how many transactions wait to be undone. */
  readonly onUnfinished: (locks: readonly string[]) => void;
}

export interface Transactions {
  /** Rejects with the error of the step that failed, when those before it are undone. */
  run(transaction: Transaction): Promise<void>;
  /** Undoes what processes left that died in the middle. Never rejects. */
  recover(): Promise<void>;
}

/**
 * Runs named steps in their order, each journaled before it begins, and undoes in reverse what began when one fails.
 */
export function createTransactions(options: TransactionsOptions): Transactions {
  const { journal, logger, onUnfinished } = options;
  const known = new Map(options.steps.map((step) => [step.name, step]));
  const queues = new Map<string, Promise<void>>();
  const unfinished = new Set<string>();

  async function run(transaction: Transaction): Promise<void> {
    const { lock } = transaction;
    const before = queues.get(lock) ?? Promise.resolve();
    const result = before.then(() => runNow(transaction));
    const settled = result.catch(() => {});
    queues.set(lock, settled);
    try {
      await result;
    } finally {
      if (queues.get(lock) === settled) queues.delete(lock);
    }
  }

  async function runNow({ name, lock, steps, parameters, signal = options.signal }: Transaction): Promise<void> {
    let entry: JournalEntry = { transaction: name, lock, owner: ownIdentity(), parameters, steps: [] };
    if (!(await journal.create(entry))) {
      await takeOver(lock);
      if (!(await journal.create(entry))) throw busy(lock);
    }
    for (const step of steps) {
      entry = { ...entry, steps: [...entry.steps, { name: step.name, state: 'begun' }] };
      try {
        await journal.write(entry);
        if (signal.aborted) throw createStorageError('TIMEOUT', `the transaction ${name} was aborted`);
        const result: unknown = await step.do({ parameters, signal });
        const done: JournalStep = { name: step.name, state: 'done', ...(result === undefined ? {} : { result }) };
        entry = { ...entry, steps: [...entry.steps.slice(0, -1), done] };
      } catch (error) {
        logger.warn({ err: error, transaction: name, lock, step: step.name }, 'a transaction failed, undoing it');
        await undo(entry);
        throw error;
      }
    }
    await journal.remove(lock);
  }

  /** Whether all is undone; what is not stays in the journal. */
  async function undo(entry: JournalEntry): Promise<boolean> {
    const { lock, parameters } = entry;
    let rest = entry.steps;
    try {
      for (let last = rest.at(-1); last !== undefined; last = rest.at(-1)) {
        const step = known.get(last.name);
        if (step === undefined) throw new Error(`there is no step ${last.name} any more`);
        const context: TransactionContext = {
          parameters,
          // What a process left is undone also when the one that undoes it begins to end.
          signal: new AbortController().signal,
          ...(last.result === undefined ? {} : { result: last.result }),
        };
        await step.undo(context);
        rest = rest.slice(0, -1);
        if (rest.length > 0) await journal.write({ ...entry, steps: rest });
      }
      await journal.remove(lock);
      unfinished.delete(lock);
      return true;
    } catch (error) {
      unfinished.add(lock);
      logger.error({ err: error, transaction: entry.transaction, lock }, 'a transaction could not be undone');
      return false;
    } finally {
      onUnfinished([...unfinished]);
    }
  }

  /** What holds the lock is undone, when its process is gone or it is ours and was not undone before. */
  async function takeOver(lock: string): Promise<void> {
    const entry = await journal.read(lock);
    if (entry === undefined) return;
    if (isRunning(entry.owner) && entry.owner.pid !== process.pid) throw busy(lock);
    if (!(await undo(entry))) throw busy(lock);
  }

  return {
    run,
    async recover() {
      try {
        for (const entry of await journal.all()) {
          if (isRunning(entry.owner)) continue;
          const { transaction, lock, steps } = entry;
          logger.warn({ transaction, lock, steps }, 'undoing a transaction in which a process died');
          await undo(entry);
        }
      } catch (error) {
        logger.error({ err: error }, 'what other processes left of transactions cannot be undone');
      }
    },
  };
}

function busy(lock: string): Error {
  return createStorageError('UNAVAILABLE', `another transaction of ${lock} is under way, or was not undone`);
}
