import { setTimeout } from 'node:timers/promises';
import { createStorageError, type StorageHost } from '@clusterdex/storage-contract';
import {
  PoolGauges,
  type QueryOptions,
  type Row,
  type SqlConnection,
  type SqlDatabase,
  type Statement,
  StatementWatch,
  type Value,
} from '@clusterdex/storage-sql';
import pg from 'pg';
import type { PostgresConfig } from './config.js';
import { connectionSettings, describeServer, mayBePlain } from './connection-settings.js';
import { isConnectionLoss, isTransient, mapError } from './map-error.js';
import { bindValue, numberPlaceholders } from './number-sql.js';
import { PreparedNames } from './prepared-names.js';

const attempts = 6;
/** How much later than the server's own limit a statement is given up, because nothing comes. */
const answerPatienceMilliseconds = 2000;
const numericTypes = new Set([20, 21, 23, 26]);
const boolean = 16;

/** Rows are arrays, integers numbers: no id or time of ours is beyond 2^53. Who wants more asks for text. */
const types = {
  getTypeParser: (oid: number) => {
    if (numericTypes.has(oid)) return Number;
    return oid === boolean ? (text: string) => text === 't' : (text: string) => text;
  },
} as pg.CustomTypesConfig;

/** Of a client of pg, which does not say so in its types. */
interface WithSocket {
  readonly connection: { readonly stream: { destroy(): void } };
}

/** The pools of connections. */
export class PostgresDatabase implements SqlDatabase {
  /** `host:port/database`, for messages. */
  readonly server: string;
  readonly #config: PostgresConfig;
  readonly #host: StorageHost;
  readonly #reads: pg.Pool;
  readonly #writes: pg.Pool;
  readonly #busy = new Set<pg.PoolClient>();
  readonly #observed: StatementWatch;
  readonly #prepared = new PreparedNames();
  readonly #waiting = new Set<(error: Error) => void>();
  #closed = false;

  static async open(config: PostgresConfig, host: StorageHost): Promise<PostgresDatabase> {
    const settings = connectionSettings(config);
    const plain = mayBePlain(config) && !(await speaksTls(settings));
    return new PostgresDatabase(config, host, plain ? { ...settings, ssl: false } : settings);
  }

  private constructor(config: PostgresConfig, host: StorageHost, settings: pg.ClientConfig) {
    this.#config = config;
    this.#host = host;
    this.server = describeServer(settings);
    const { connPool } = config;
    this.#reads = this.#pool(settings, 'reads', connPool.maxOpenConns);
    this.#writes = this.#pool(settings, 'writes', connPool.maxWriteConns);
    const { slowQueryMilliseconds } = config;
    const explain = (text: string, values: readonly unknown[]) => this.#explain(text, values);
    this.#observed = new StatementWatch({ host, slowQueryMilliseconds, explain });
  }

  /** On any connection for reads. */
  query(statement: Statement, options: QueryOptions = {}): Promise<readonly Row[]> {
    return this.#with(this.#reads, ({ query }) => query(statement, options), options.signal);
  }

  /** Reads that belong together see one state of the database. */
  snapshot<Result>(work: (connection: SqlConnection) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    return this.#with(
      this.#reads,
      async (connection) => {
        const begun = connection.query({ text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', parameters: [] });
        begun.catch(() => {});
        try {
          return await work(connection);
        } finally {
          await connection.query({ text: 'COMMIT', parameters: [] }).catch(() => {});
        }
      },
      signal,
    );
  }

  /** All or nothing; from the start again when somebody else was in the way. */
  async transaction<Result>(work: (connection: SqlConnection) => Promise<Result>): Promise<Result> {
    const start = performance.now();
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await this.#with(
          this.#writes,
          (connection) => runTransaction(connection, work),
          undefined,
          true,
        );
        this.#observed.transaction(start);
        return result;
      } catch (error) {
        if (!isTransient(error) || attempt === attempts) throw this.#closedOr(error);
        await setTimeout(2 ** attempt * (1 + Math.random()));
      }
    }
  }

  refuseClosed(): void {
    if (this.#closed) throw closedError();
  }

  /** Lets what runs end, for so long; then cuts it off. */
  async close(patienceMilliseconds: number): Promise<void> {
    this.#closed = true;
    // The pool would let those wait who have no connection yet.
    for (const refuse of this.#waiting) refuse(closedError());
    const ended = Promise.all([this.#reads.end(), this.#writes.end()]);
    const late = new AbortController();
    await Promise.race([ended, setTimeout(patienceMilliseconds, undefined, { signal: late.signal }).catch(() => {})]);
    late.abort();
    for (const client of [...this.#busy]) this.#release(client, true);
    await ended;
  }

  #pool(settings: pg.ClientConfig, kind: 'reads' | 'writes', max: number): pg.Pool {
    const { connPool, schema, params, statementTimeoutMilliseconds } = this.#config;
    const options: pg.PoolConfig & { pipeline: boolean } = {
      ...settings,
      max,
      types,
      pipeline: true,
      allowExitOnIdle: true,
      idleTimeoutMillis: 30_000,
      maxLifetimeSeconds: connPool.connMaxLifetimeSeconds,
      connectionTimeoutMillis: connPool.waitMilliseconds,
      // A connection over which nothing comes any more would be waited for without end.
      ...(statementTimeoutMilliseconds > 0 && {
        query_timeout: statementTimeoutMilliseconds + answerPatienceMilliseconds,
      }),
    };
    const pool = new pg.Pool(options);
    const gauges = new PoolGauges(this.#host.metrics, kind, () => ({
      open: pool.totalCount,
      busy: pool.totalCount - pool.idleCount,
      waiting: pool.waitingCount,
    }));
    for (const event of ['connect', 'acquire', 'release', 'remove'] as const) {
      pool.on(event as 'connect', gauges.changed);
    }
    const session = {
      search_path: schema,
      client_encoding: 'UTF8',
      timezone: 'UTC',
      statement_timeout: String(statementTimeoutMilliseconds),
      // A server that works for somebody who has left is told by its socket.
      client_connection_check_interval: '2000',
      jit: 'off',
      // Pages come in the order of an index. Where the planner has no statistics yet, it would rather collect everything and sort it.
      enable_bitmapscan: 'off',
      // For solid-state disks.
      random_page_cost: '1.1',
      ...params,
    };
    pool.on('connect', (client) => {
      client.on('error', (error) =>
        this.#host.logger.warn({ error: error.message }, 'a connection to PostgreSQL was lost'),
      );
      for (const [name, value] of Object.entries(session)) {
        // Sent ahead of whatever the connection is wanted for; a setting that is refused must not go unnoticed.
        client.query('SELECT set_config($1, $2, false)', [name, value]).catch((error: Error) => {
          this.#host.logger.error(
            { setting: name, error: error.message },
            'PostgreSQL refused a setting of the session',
          );
        });
      }
    });
    pool.on('error', () => {});
    return pool;
  }

  async #with<Result>(
    pool: pg.Pool,
    work: (connection: SqlConnection) => Promise<Result>,
    signal?: AbortSignal,
    raw = false,
  ): Promise<Result> {
    this.refuseClosed();
    const client = await this.#connect(pool);
    // The server notices that the connection is gone, and stops.
    const abort = () => this.#release(client, true);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await work({ query: (statement, options) => this.#send(client, statement, options) });
    } catch (error) {
      if (isConnectionLoss(error)) this.#release(client, true);
      throw raw ? error : this.#closedOr(error);
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#release(client, false);
    }
  }

  async #connect(pool: pg.Pool): Promise<pg.PoolClient> {
    const connecting = pool.connect();
    let refuse = (_error: Error) => {};
    try {
      const client = await new Promise<pg.PoolClient>((resolve, reject) => {
        refuse = reject;
        this.#waiting.add(refuse);
        connecting.then(resolve, reject);
      });
      this.#busy.add(client);
      return client;
    } catch (error) {
      connecting.then((client) => client.release(true)).catch(() => {});
      throw this.#closedOr(isPoolExhausted(error) ? this.#exhausted(pool, error) : error);
    } finally {
      this.#waiting.delete(refuse);
    }
  }

  #release(client: pg.PoolClient, destroy: boolean): void {
    if (!this.#busy.delete(client)) return;
    // pg itself would wait for the answers.
    if (destroy) (client as unknown as WithSocket).connection.stream.destroy();
    client.release(destroy);
  }

  async #send(
    client: pg.PoolClient,
    { text, parameters }: Statement,
    { name }: QueryOptions = {},
  ): Promise<readonly Row[]> {
    const start = performance.now();
    const numbered = numberPlaceholders(text);
    const values = parameters.map(bindValue);
    const { rows } = await client.query<Value[]>({
      text: numbered,
      values,
      rowMode: 'array',
      ...(this.#config.preparedStatements && (name === undefined ? this.#prepared.of(numbered) : { name })),
    });
    const operation = name ?? (numbered.startsWith('WITH page') ? 'search' : undefined);
    this.#observed.statement(start, { text: numbered, values, name: operation });
    return rows;
  }

  /** The plan as PostgreSQL makes it for these values; nothing is run. undefined when no connection is free. */
  async #explain(text: string, values: readonly unknown[]): Promise<readonly string[] | undefined> {
    const pool = this.#reads;
    if (this.#closed || (pool.idleCount === 0 && pool.totalCount === this.#config.connPool.maxOpenConns))
      return undefined;
    const { rows } = await pool.query<string[]>({ text: `EXPLAIN ${text}`, values: [...values], rowMode: 'array' });
    return rows.map(([line]) => String(line));
  }

  #exhausted(pool: pg.Pool, cause: unknown): Error {
    const { connPool } = this.#config;
    const key = pool === this.#reads ? 'maxOpenConns' : 'maxWriteConns';
    return createStorageError(
      'UNAVAILABLE',
      `all ${connPool[key]} connections to PostgreSQL at ${this.server} (connPool.${key}) were busy for ${connPool.waitMilliseconds} ms`,
      { cause },
    );
  }

  #closedOr(error: unknown): Error {
    if (this.#closed) return closedError(error);
    return mapError(error, this.server);
  }
}

/** What pg-pool says when no connection became free; one that could not be made fails in other words. */
const isPoolExhausted = (error: unknown): boolean =>
  error instanceof Error && error.message === 'timeout exceeded when trying to connect';

const closedError = (cause?: unknown) => createStorageError('CLOSED', 'the postgres storage is shut down', { cause });

async function runTransaction<Result>(
  connection: SqlConnection,
  work: (connection: SqlConnection) => Promise<Result>,
): Promise<Result> {
  const run = (text: string) => connection.query({ text, parameters: [] });
  // What the database or the role has as a default would let a writer see a state from before its lock.
  const begun = run('BEGIN ISOLATION LEVEL READ COMMITTED');
  begun.catch(() => {});
  let committed: Promise<unknown> | undefined;
  const commit = () => {
    committed ??= run('COMMIT');
    return committed;
  };
  try {
    const result = await work({ ...connection, commit });
    await commit();
    return result;
  } catch (error) {
    await run('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function speaksTls(settings: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client(settings);
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch (error) {
    return !(error instanceof Error && /does not support SSL/.test(error.message));
  } finally {
    await client.end().catch(() => {});
  }
}
