import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { answerError } from './answer-error.js';
import type { ClusterConnection, ConnectionRequest, ConnectionResponse, JsonRequest } from './cluster-connection.js';
import type { ClusterTarget } from './cluster-target.js';
import { ConnectionError } from './connection-error.js';
import { createCredentialSource } from './credential-source.js';
import type { CredentialSource, Credentials } from './credentials.js';
import { createHttp1Transport } from './http1-transport.js';
import { createHttp2Transport } from './http2-transport.js';
import { type LinkedAbort, linkSignals } from './link-signals.js';
import { openSocket } from './open-socket.js';
import { responseBody } from './response-body.js';
import { toConnectionError } from './to-connection-error.js';
import type { Transport, TransportAnswer } from './transport.js';
import { withDeadline } from './with-deadline.js';

export interface CreateConnectionOptions {
  /** Sent as `User-Agent`. */
  readonly userAgent?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Milliseconds to connect, proxy and TLS included; 10,000 unless told. */
  readonly connectTimeout?: number;
}

const defaultTimeout = 30_000;
const mostJsonBytes = 64 << 20;
const jsonDeadline = 120_000;

/** Opens nothing yet. Throws a ConnectionError `credentials` for an address that is none. */
export function createClusterConnection(
  target: ClusterTarget,
  options: CreateConnectionOptions = {},
): ClusterConnection {
  return new HttpConnection(target, options);
}

class HttpConnection implements ClusterConnection {
  readonly server: string;
  private readonly prefix: string;
  private readonly source: CredentialSource;
  private readonly closing = new AbortController();
  /** The transport with the certificate that it was made with. */
  private transport: { readonly identity: string; readonly made: Promise<Transport> } | undefined;
  private open: Transport[] = [];

  constructor(
    private readonly target: ClusterTarget,
    private readonly options: CreateConnectionOptions,
  ) {
    const url = parseServer(target.server);
    this.server = url.origin + url.pathname.replace(/\/$/, '');
    this.prefix = url.pathname.replace(/\/$/, '');
    this.source = createCredentialSource(target, options.now ?? Date.now);
  }

  get connections(): number {
    return this.open.reduce((sum, { connections }) => sum + connections, 0);
  }

  async request(path: string, request: ConnectionRequest = {}): Promise<ConnectionResponse> {
    for (let attempt = 0; ; attempt++) {
      const ending = linkSignals([this.closing.signal, request.signal]);
      const answer = await this.attempt(path, request, ending);
      if (answer.status < 400) {
        const { idleTimeout, signal } = request;
        const body = responseBody(answer, { server: this.server, signal, idleTimeout, ending });
        return { status: answer.status, headers: answer.headers, body };
      }
      const error = await answerError(this.server, answer);
      ending.abort();
      ending.unlink();
      if (error.status !== 401 || attempt > 0 || !this.source.renew()) throw error;
    }
  }

  async getJson(path: string, request: JsonRequest = {}): Promise<unknown> {
    const { deadline = jsonDeadline, mostBytes = mostJsonBytes, signal, ...others } = request;
    const what = `${this.server}: ${path}`;
    const text = await withDeadline({ signal, milliseconds: deadline, what }, (ending) =>
      this.read(path, { ...others, signal: ending }, mostBytes),
    );
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw this.noApiServer(path, JSON.stringify(text.slice(0, 60)));
    }
  }

  private async read(path: string, request: ConnectionRequest, mostBytes: number): Promise<string> {
    const { body } = await this.request(path, { idleTimeout: request.timeout ?? defaultTimeout, ...request });
    const pieces: Buffer[] = [];
    let bytes = 0;
    for await (const piece of body) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > mostBytes) throw this.noApiServer(path, `more than ${mostBytes >> 10} KiB`);
    }
    return Buffer.concat(pieces).toString();
  }

  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all(this.open.map((transport) => transport.close()));
  }

  private async attempt(path: string, request: ConnectionRequest, ending: LinkedAbort): Promise<TransportAnswer> {
    const { signal } = ending;
    const timeout = request.timeout ?? defaultTimeout;
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      ending.abort();
    }, timeout);
    try {
      signal.throwIfAborted();
      return await abortable(this.send(path, request, signal), signal);
    } catch (error) {
      ending.unlink();
      if (isLate) throw new ConnectionError('timeout', `${this.server}: no answer within ${timeout} ms`);
      if (signal.aborted) throw new ConnectionError('aborted', `${this.server}: aborted by the caller`);
      throw toConnectionError(error, this.server);
    } finally {
      clearTimeout(timer);
    }
  }

  private async send(path: string, request: ConnectionRequest, signal: AbortSignal): Promise<TransportAnswer> {
    const credentials = await this.source.current();
    const transport = await this.transportFor(credentials);
    signal.throwIfAborted();
    return transport.request({
      method: request.method ?? 'GET',
      path: this.prefix + path + queryText(request.query),
      headers: {
        accept: 'application/json',
        'user-agent': this.options.userAgent ?? 'clusterdex',
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
        ...credentials.headers,
      },
      body: request.body,
      signal,
    });
  }

  /** Made at the first request: what protocol the server speaks shows when TLS is there. Another certificate needs other connections. */
  private transportFor(credentials: Credentials): Promise<Transport> {
    const identity = digest(credentials);
    if (this.transport?.identity === identity) return this.transport.made;
    const made = this.makeTransport(credentials);
    const entry = { identity, made };
    this.transport = entry;
    made.catch(() => {
      if (this.transport === entry) this.transport = undefined;
    });
    return made;
  }

  private async makeTransport(credentials: Credentials): Promise<Transport> {
    const { target } = this;
    const url = new URL(target.server);
    const timeout = this.options.connectTimeout ?? 10_000;
    const openWith = (protocols: readonly string[]) => openSocket({ target, credentials, protocols, timeout });
    let first: Socket | undefined = await openWith(['h2', 'http/1.1']);
    const protocol = (first as Partial<TLSSocket>).alpnProtocol === 'h2' ? 'h2' : 'http/1.1';
    const open = async (): Promise<Socket> => {
      const waiting = first;
      first = undefined;
      return waiting !== undefined && !waiting.destroyed ? waiting : openWith([protocol]);
    };
    // It may be cut before it is used.
    first.on('error', () => {});
    const transport = protocol === 'h2' ? createHttp2Transport(url.origin, open) : createHttp1Transport(url.host, open);
    // One that is still being opened is closed when it is there.
    if (this.closing.signal.aborted) {
      first.destroy();
      void transport.close();
    }
    this.open = [...this.open.filter(({ connections }) => connections > 0), transport];
    return transport;
  }

  private noApiServer(path: string, found: string): ConnectionError {
    const message = `${this.server}: expected JSON at ${path}, found ${found}`;
    return new ConnectionError('not-an-api-server', message);
  }
}

function parseServer(server: string): URL {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const found = JSON.stringify(server.slice(0, 200));
    throw new ConnectionError('credentials', `expected the URL of an API server, https://host:port, found ${found}`);
  }
  return url;
}

function queryText(query: ConnectionRequest['query'] = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  return parameters.size === 0 ? '' : `?${parameters}`;
}

function digest({ certificate, key }: Credentials): string {
  if (certificate === undefined && key === undefined) return '';
  return createHash('sha256')
    .update(certificate ?? '')
    .update('\0')
    .update(key ?? '')
    .digest('hex');
}

/** Waiting for credentials or a connection ends when nobody waits any more; these go on for whoever comes next. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
