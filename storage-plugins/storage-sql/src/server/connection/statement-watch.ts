import type { StorageHost } from '@clusterdex/storage-contract';
import { type Explain, SlowStatements } from './slow-statements.js';

/** Statements that are measured by themselves, by the first word of their names. */
const operations = {
  get: 'Time of the statement that gets one object',
  search: 'Time of a statement that is made for one search: which objects, in which order',
  read: 'Time of the statement that reads the bytes of a batch',
  changes: 'Time of the statement with which watches read the log',
};

export interface StatementWatchOptions {
  readonly host: Pick<StorageHost, 'metrics' | 'logger'>;
  readonly slowQueryMilliseconds: number;
  readonly explain: Explain;
}

export interface ObservedStatement {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly name: string | undefined;
}

/** Measures statements and transactions, and tells of the slow ones. */
export class StatementWatch {
  readonly #statements;
  readonly #transactions;
  readonly #operations: ReadonlyMap<string, { observe(seconds: number): void }>;
  readonly #slow: SlowStatements;

  constructor({ host, slowQueryMilliseconds: milliseconds, explain }: StatementWatchOptions) {
    const { metrics, logger } = host;
    this.#statements = metrics.histogram('statement_seconds', 'Time of a statement, the way there and back included');
    this.#transactions = metrics.histogram('transaction_seconds', 'Time of a transaction that writes');
    this.#operations = new Map(
      Object.entries(operations).map(([name, help]) => [name, metrics.histogram(`${name}_seconds`, help)]),
    );
    this.#slow = new SlowStatements({ logger, milliseconds, explain });
  }

  /** `start` is of performance.now(). */
  statement(start: number, { text, values, name }: ObservedStatement): void {
    const milliseconds = performance.now() - start;
    this.#statements.observe(milliseconds / 1000);
    if (name !== undefined) this.#operations.get(name.split(' ', 1)[0] ?? '')?.observe(milliseconds / 1000);
    this.#slow.observe(milliseconds, text, values);
  }

  transaction(start: number): void {
    this.#transactions.observe((performance.now() - start) / 1000);
  }
}
