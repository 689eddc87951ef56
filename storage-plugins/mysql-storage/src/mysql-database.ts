import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { createStorageError, type StorageHost } from '@clusterdex/storage-contract';
import {
  PoolGauges,
  type QueryOptions,
  type Row,
  type SqlConnection,
  type SqlDatabase,
  type SqlValue,
  type Statement,
  StatementWatch,
} from '@clusterdex/storage-sql';
import mysql from 'mysql2';
import type { ConnectionOptions, Pool, PoolConnection } from 'mysql2/promise';
import { createConnection, createPool } from 'mysql2/promise';
import type { MysqlConfig } from './config.js';
import { connectionSettings, describeServer } from './connection-settings.js';
import { explainStatement } from './explain-statement.js';
import { errorNumber, isConnectionLoss, isTransient, mapError } from './map-error.js';

const attempts = 8;
/** How much later than the server's own limit a statement is given up, because nothing comes. */
const answerPatienceMilliseconds = 2000;
const unknownDatabase = 1049;

/** A connection that can also give rows as they come. */
export interface MysqlConnection extends SqlConnection {
  /** The last piece of a long answer may be left unread: then the connection is given up. */
  stream(statement: Statement): AsyncIterable<Row>;
}

/** Of a connection of mysql2, which does not say so in its types. */
interface WithSocket {
  readonly stream: Socket;
}

type Kind = 'reads' | 'writes';

interface PoolOf {
  readonly kind: Kind;
  readonly pool: Pool;
  readonly most: number;
  readonly gauges: PoolGauges;
  /** With the time at which each was made. */
  readonly open: Map<PoolConnection['connection'], number>;
  readonly busy: Set<PoolConnection>;
  readonly waiting: Set<object>;
}

/** The pools of connections. */
export class MysqlDatabase implements SqlDatabase {
  /** `host:port/database`, for messages. */
  readonly server: string;
  readonly #config: MysqlConfig;
  readonly #host: StorageHost;
  readonly #reads: PoolOf;
  readonly #writes: PoolOf;
  readonly #observed: StatementWatch;
  readonly #prepared = new WeakSet<object>();
  /** How to end what runs on each connection: a query does not notice by itself that its connection was destroyed. */
  readonly #busy = new Map<PoolConnection, (error: Error) => void>();
  readonly #waiting = new Set<(error: Error) => void>();
  #closed = false;

  static async open(config: MysqlConfig, host: StorageHost): Promise<MysqlDatabase> {
    return new MysqlDatabase(config, host, await reachable(connectionSettings(config), config));
  }

  private constructor(config: MysqlConfig, host: StorageHost, settings: ConnectionOptions) {
    this.#config = config;
    this.#host = host;
    this.server = describeServer(settings);
    const { connPool, slowQueryMilliseconds } = config;
    this.#reads = this.#pool(settings, 'reads', connPool.maxOpenConns);
    this.#writes = this.#pool(settings, 'writes', connPool.maxWriteConns);
    const explain = (text: string, values: readonly unknown[]) => this.#explain(text, values as readonly SqlValue[]);
    this.#observed = new StatementWatch({ host, slowQueryMilliseconds, explain });
  }

  query(statement: Statement, { signal, name }: QueryOptions = {}): Promise<readonly Row[]> {
    const named = name === undefined ? {} : { name };
    return this.#with(this.#reads, (connection) => connection.query(statement, named), signal);
  }

  snapshot<Result>(work: (connection: MysqlConnection) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    return this.#with(
      this.#reads,
      async (connection) => {
        await connection.query(plain('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY'));
        try {
          return await work(connection);
        } finally {
          await connection.query(plain('COMMIT')).catch(() => {});
        }
      },
      signal,
    );
  }

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

  /** On one connection that nobody else gets meanwhile, outside of a transaction. */
  session<Result>(work: (connection: SqlConnection) => Promise<Result>): Promise<Result> {
    return this.#with(this.#writes, work);
  }

  refuseClosed(): void {
    if (this.#closed) throw closedError();
  }

  async close(patienceMilliseconds: number): Promise<void> {
    this.#closed = true;
    for (const refuse of this.#waiting) refuse(closedError());
    const deadline = Date.now() + patienceMilliseconds;
    while (this.#busy.size > 0 && Date.now() < deadline) await setTimeout(5);
    for (const [connection, end] of this.#busy) {
      connection.destroy();
      end(closedError());
    }
    this.#busy.clear();
    // A connection over which nothing comes any more cannot take leave.
    await Promise.allSettled([this.#reads.pool.end(), this.#writes.pool.end()]);
  }

  #pool(settings: ConnectionOptions, kind: Kind, most: number): PoolOf {
    const pool = createPool({
      ...settings,
      connectionLimit: most,
      // What nobody needs for a while is closed.
      maxIdle: Math.max(1, most - 1),
      idleTimeout: 60_000,
      charset: 'utf8mb4',
      timezone: 'Z',
      rowsAsArray: true,
      enableKeepAlive: true,
      connectTimeout: this.#config.connPool.waitMilliseconds,
      maxPreparedStatements: 50,
    });
    const open: PoolOf['open'] = new Map();
    const busy: PoolOf['busy'] = new Set();
    const waiting: PoolOf['waiting'] = new Set();
    const state = () => ({ open: open.size, busy: busy.size, waiting: waiting.size });
    return { kind, pool, most, gauges: new PoolGauges(this.#host.metrics, kind, state), open, busy, waiting };
  }

  /** The settings of the session, once for each connection. */
  async #prepare(connection: PoolConnection, pool: PoolOf): Promise<void> {
    if (this.#prepared.has(connection.connection)) return;
    pool.open.set(connection.connection, performance.now());
    socketOf(connection).once('close', () => {
      pool.open.delete(connection.connection);
      pool.gauges.changed();
    });
    pool.gauges.changed();
    const [[version]] = (await connection.query({ sql: 'SELECT version()', rowsAsArray: true })) as unknown as [
      [[string]],
    ];
    const isMariaDb = /mariadb/i.test(version[0]);
    const { statementTimeoutMilliseconds, params } = this.#config;
    const isolation = pool.kind === 'writes' ? 'READ COMMITTED' : 'REPEATABLE READ';
    await connection.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${isolation}`);
    const session: Record<string, string | number> = {
      // Texts are escaped with backslashes on the way, and nothing is cut off silently.
      sql_mode: 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',
      time_zone: '+00:00',
      innodb_lock_wait_timeout: 20,
      // A label that many have is tested row by row, in the order of the list.
      optimizer_switch: isMariaDb ? 'exists_to_in=off' : 'semijoin=off',
      ...(isMariaDb
        ? { max_statement_time: statementTimeoutMilliseconds / 1000 }
        : { max_execution_time: statementTimeoutMilliseconds }),
      ...Object.fromEntries(
        Object.entries(params).map(([name, value]) => [name, /^\d+$/.test(value) ? Number(value) : value]),
      ),
    };
    for (const [name, value] of Object.entries(session)) {
      await connection.query(`SET SESSION ${mysql.escapeId(name)} = ?`, [value]);
    }
    this.#prepared.add(connection.connection);
  }

  async #with<Result>(
    pool: PoolOf,
    work: (connection: MysqlConnection) => Promise<Result>,
    signal?: AbortSignal,
    raw = false,
  ): Promise<Result> {
    this.refuseClosed();
    const connection = await this.#connect(pool);
    let abort = () => {};
    const working = (async () => {
      await this.#prepare(connection, pool);
      return work({
        query: (statement, options) => this.#send(connection, statement, options),
        stream: (statement) => streamRows(connection, statement),
      });
    })();
    try {
      return await new Promise<Result>((resolve, reject) => {
        this.#busy.set(connection, reject);
        this.#giveUpSilence(connection, reject);
        abort = () => {
          connection.destroy();
          // The server goes on for somebody who has left, unless it is told.
          pool.pool.query(`KILL ${Number(connection.threadId)}`).catch(() => {});
          reject(createStorageError('TIMEOUT', 'the statement was aborted', { cause: signal?.reason }));
        };
        signal?.addEventListener('abort', abort, { once: true });
        working.then(resolve, reject);
      });
    } catch (error) {
      if (isConnectionLoss(error)) connection.destroy();
      throw raw ? error : this.#closedOr(error);
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#busy.delete(connection);
      this.#giveBack(connection, pool);
    }
  }

  /** A connection over which nothing comes any more would be waited for without end. */
  #giveUpSilence(connection: PoolConnection, reject: (error: Error) => void): void {
    const { statementTimeoutMilliseconds } = this.#config;
    if (statementTimeoutMilliseconds === 0) return;
    const socket = socketOf(connection);
    const milliseconds = statementTimeoutMilliseconds + answerPatienceMilliseconds;
    socket.setTimeout(milliseconds);
    socket.once('timeout', () => {
      connection.destroy();
      reject(new Error(`Connection lost: nothing came over it for ${milliseconds} ms`));
    });
  }

  #giveBack(connection: PoolConnection, pool: PoolOf): void {
    const socket = socketOf(connection);
    socket.setTimeout(0);
    socket.removeAllListeners('timeout');
    pool.busy.delete(connection);
    pool.gauges.changed();
    const { connMaxLifetimeSeconds } = this.#config.connPool;
    const made = pool.open.get(connection.connection) ?? Number.POSITIVE_INFINITY;
    if (connMaxLifetimeSeconds > 0 && performance.now() - made > connMaxLifetimeSeconds * 1000) connection.destroy();
    else connection.release();
  }

  async #connect(pool: PoolOf): Promise<PoolConnection> {
    const connecting = pool.pool.getConnection();
    const late = new AbortController();
    let refuse = (_error: Error) => {};
    pool.waiting.add(late);
    pool.gauges.changed();
    try {
      const connection = await new Promise<PoolConnection>((resolve, reject) => {
        refuse = reject;
        this.#waiting.add(refuse);
        connecting.then(resolve, reject);
        const { waitMilliseconds } = this.#config.connPool;
        setTimeout(waitMilliseconds, undefined, { signal: late.signal }).then(
          () => reject(this.#exhausted(pool)),
          () => {},
        );
      });
      pool.busy.add(connection);
      return connection;
    } catch (error) {
      connecting.then((connection) => connection.release()).catch(() => {});
      throw this.#closedOr(error);
    } finally {
      late.abort();
      pool.waiting.delete(late);
      pool.gauges.changed();
      this.#waiting.delete(refuse);
    }
  }

  /** Nothing came in time: a connection that was free, or a new one. */
  #exhausted({ kind, most, busy }: PoolOf): Error {
    const { waitMilliseconds } = this.#config.connPool;
    const key = kind === 'reads' ? 'maxOpenConns' : 'maxWriteConns';
    return createStorageError(
      'UNAVAILABLE',
      busy.size < most
        ? `MySQL at ${this.server} cannot be reached: no connection within ${waitMilliseconds} ms`
        : `all ${most} connections to MySQL at ${this.server} (connPool.${key}) were busy for ${waitMilliseconds} ms`,
    );
  }

  async #send(
    connection: PoolConnection,
    { text, parameters }: Statement,
    { name }: Pick<QueryOptions, 'name'> = {},
  ): Promise<readonly Row[]> {
    const start = performance.now();
    // Bytes go as they are in the binary protocol; in the other they would go as digits.
    const binary = parameters.some((value) => value instanceof Uint8Array);
    const values = parameters.map(binary ? bindBinary : bindText);
    const [answer] = binary ? await connection.execute(text, values) : await connection.query(text, values);
    this.#observed.statement(start, { text, values: parameters, name });
    if (Array.isArray(answer)) return answer as unknown as readonly Row[];
    return [[(answer as { insertId: number }).insertId]];
  }

  /** The plan as the server makes it for these values; nothing is run. undefined when no connection is free. */
  async #explain(text: string, values: readonly SqlValue[]): Promise<readonly string[] | undefined> {
    const { busy, most } = this.#reads;
    if (this.#closed || busy.size === most) return undefined;
    return this.#with(this.#reads, (connection) => explainStatement(connection, { text, parameters: values }));
  }

  #closedOr(error: unknown): Error {
    return this.#closed ? closedError(error) : mapError(error, this.server);
  }
}

const socketOf = (connection: PoolConnection) => (connection.connection as unknown as WithSocket).stream;

const plain = (text: string): Statement => ({ text, parameters: [] });

const closedError = (cause?: unknown) => createStorageError('CLOSED', 'the mysql storage is shut down', { cause });

function bindText(value: SqlValue): string | number | Buffer | null {
  if (typeof value === 'bigint') return value.toString();
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}

/** In the binary protocol numbers go as doubles, and integers are wanted. */
function bindBinary(value: SqlValue): string | Buffer | null {
  const bound = bindText(value);
  return typeof bound === 'number' ? String(bound) : bound;
}

async function* streamRows(connection: PoolConnection, { text, parameters }: Statement): AsyncGenerator<Row> {
  const callbacks = connection.connection as unknown as mysql.Connection;
  const stream = callbacks
    .query({ sql: text, values: parameters.map(bindText), rowsAsArray: true })
    .stream({ highWaterMark: 200 });
  let ended = false;
  try {
    for await (const row of stream) yield row as Row;
    ended = true;
  } finally {
    if (!ended) connection.destroy();
  }
}

async function runTransaction<Result>(
  connection: SqlConnection,
  work: (connection: SqlConnection) => Promise<Result>,
): Promise<Result> {
  await connection.query(plain('START TRANSACTION'));
  try {
    const result = await work(connection);
    await connection.query(plain('COMMIT'));
    return result;
  } catch (error) {
    await connection.query(plain('ROLLBACK')).catch(() => {});
    throw error;
  }
}

/** Connects once: without TLS where that may be, and to a database that is made where it does not exist. */
async function reachable(settings: ConnectionOptions, config: MysqlConfig): Promise<ConnectionOptions> {
  try {
    await (await createConnection(settings)).end();
    return settings;
  } catch (error) {
    const { ssl, database = '', ...others } = settings;
    if (
      error instanceof Error &&
      'code' in error &&
      error.code === 'HANDSHAKE_NO_SSL_SUPPORT' &&
      config.sslMode === 'prefer'
    ) {
      return reachable({ ...others, database }, config);
    }
    if (errorNumber(error) !== unknownDatabase) throw mapError(error, describeServer(settings));
    await createDatabase({ ...others, ...(ssl && { ssl }) }, database).catch((reason: unknown) => {
      throw mapError(reason, describeServer(settings));
    });
    return settings;
  }
}

async function createDatabase(settings: ConnectionOptions, database: string): Promise<void> {
  const connection = await createConnection(settings);
  try {
    await connection.query(`CREATE DATABASE IF NOT EXISTS ${mysql.escapeId(database, true)} CHARACTER SET utf8mb4`);
  } finally {
    await connection.end();
  }
}
