import { setTimeout as delay } from 'node:timers/promises';
import { createStorageError, type PluginLogger, type StorageHost } from '@clusterdex/storage-contract';
import type { ElasticsearchConfig } from './config.js';
import { type Connection, connect } from './connect.js';
import { isBusy, isConnectionLoss, mapError, withoutRequest } from './map-error.js';

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: object | string;
  /** Newline-delimited JSON. */
  readonly lines?: string;
  readonly signal?: AbortSignal | undefined;
  /** What it is, for metrics and the log. */
  readonly what: string;
  /** Sent again when the connection is lost or the cluster is busy: it changes nothing, or the same each time. */
  readonly repeatable?: boolean;
}

export interface FoundDocument<Source> {
  readonly _id: string;
  readonly found?: boolean;
  readonly _seq_no: number;
  readonly _primary_term: number;
  readonly _source: Source;
}

interface Failure {
  readonly type: string;
  readonly reason: string;
}

const tries = 5;
const longestPause = 2000;

/** The cluster: requests with metrics, a log of slow ones, back-off, and what happens at the end. */
export class Engine {
  readonly server: string;
  readonly logger: PluginLogger;
  readonly #connection: Connection;
  readonly #slow: number;
  readonly #seconds: { observe(seconds: number): void };
  readonly #failures: { increment(by?: number): void };
  readonly #busy: { increment(by?: number): void };
  readonly #open: { set(value: number): void };
  readonly #closing = new AbortController();
  #inFlight = 0;
  #idle: (() => void) | undefined;

  constructor(config: ElasticsearchConfig, { logger, metrics }: Pick<StorageHost, 'logger' | 'metrics'>) {
    this.#connection = connect(config);
    this.server = this.#connection.server;
    this.logger = logger;
    this.#slow = config.slowQueryMilliseconds;
    this.#seconds = metrics.histogram('request_seconds', 'Requests to Elasticsearch');
    this.#failures = metrics.counter('request_failures_total', 'Requests that failed');
    this.#busy = metrics.counter('busy_total', 'Requests or documents that were answered with 429 and sent again');
    this.#open = metrics.gauge('requests_open', 'Requests that wait for an answer');
  }

  get closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Aborts when the storage closes. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  refuseClosed(): void {
    if (this.closed) throw createStorageError('CLOSED', 'the storage elasticsearch is shut down');
  }

  /** The parsed answer. Rejects with a StorageError. */
  async request<Answer>(request: EngineRequest): Promise<Answer> {
    this.refuseClosed();
    try {
      return await this.#send<Answer>(request);
    } catch (error) {
      if (request.signal?.aborted) {
        throw createStorageError('TIMEOUT', `${request.what} was aborted`, { cause: request.signal.reason });
      }
      throw mapError(error, this.server);
    }
  }

  /** As the transport says it: a caller that knows what an error means. */
  async raw<Answer>(request: EngineRequest): Promise<Answer> {
    this.refuseClosed();
    return this.#send<Answer>(request);
  }

  /** The documents with these ids that are there. */
  async documents<Source>(
    index: string,
    ids: readonly string[],
    { fields, what, signal }: { fields?: string; what: string; signal?: AbortSignal | undefined },
  ): Promise<readonly FoundDocument<Source>[]> {
    if (ids.length === 0) return [];
    const { docs } = await this.request<{ docs: readonly (FoundDocument<Source> & { readonly error?: Failure })[] }>({
      method: 'POST',
      path: `/${index}/_mget`,
      ...(fields !== undefined && { query: { _source_includes: fields } }),
      body: { ids },
      what,
      repeatable: true,
      signal,
    });
    const failure = docs.find(({ error }) => error !== undefined)?.error;
    if (failure !== undefined) {
      const lost = failure.type === 'index_not_found_exception';
      const says = lost ? 'has lost an index' : 'cannot read some documents';
      throw createStorageError(
        'UNAVAILABLE',
        `Elasticsearch at ${this.server} ${says}: ${failure.reason} (${failure.type})`,
        { retryable: !lost },
      );
    }
    return docs.filter(({ found }) => found === true);
  }

  /** What was caught from `raw`, in the words of the contract. */
  rethrow(error: unknown): never {
    throw mapError(error, this.server);
  }

  async pause(attempt: number, signal?: AbortSignal): Promise<void> {
    const longest = Math.min(longestPause, 25 * 2 ** attempt);
    await delay(longest * (0.5 + Math.random() / 2), undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }

  countBusy(documents: number): void {
    this.#busy.increment(documents);
  }

  /** Lets what is in flight end, for a while; refuses what comes later. */
  async close(patienceMilliseconds: number): Promise<void> {
    this.#closing.abort();
    if (this.#inFlight > 0) {
      const timeout = new AbortController();
      const idle = new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
      await Promise.race([idle, delay(patienceMilliseconds, undefined, { signal: timeout.signal }).catch(() => {})]);
      timeout.abort();
    }
    await this.#connection.client.close();
  }

  async #send<Answer>(request: EngineRequest): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#sendOnce<Answer>(request);
      } catch (error) {
        const busy = isBusy(error);
        if (busy) this.countBusy(1);
        const again = attempt < tries && (busy || (request.repeatable === true && isConnectionLoss(error)));
        if (!again || request.signal?.aborted || this.closed) {
          this.#failures.increment();
          throw error;
        }
        await this.pause(attempt, request.signal);
      }
    }
  }

  async #sendOnce<Answer>({ method, path, query, body, lines, signal, what }: EngineRequest): Promise<Answer> {
    const start = performance.now();
    this.#open.set(++this.#inFlight);
    try {
      const sent = lines === undefined ? (body === undefined ? {} : { body }) : { bulkBody: lines };
      return (await this.#connection.client.transport.request(
        { method, path, ...(query && { querystring: query }), ...sent },
        { maxRetries: 0, ...(signal && { signal }) },
      )) as Answer;
    } catch (error) {
      throw withoutRequest(error);
    } finally {
      this.#open.set(--this.#inFlight);
      if (this.#inFlight === 0) this.#idle?.();
      const milliseconds = performance.now() - start;
      this.#seconds.observe(milliseconds / 1000);
      if (this.#slow > 0 && milliseconds > this.#slow) {
        this.logger.warn({ milliseconds: Math.round(milliseconds), what, method, path }, 'slow request');
      }
    }
  }
}
