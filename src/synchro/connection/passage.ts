import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import type { ClusterTarget, TargetUser } from './cluster-target.js';
import { ConnectionError } from './connection-error.js';
import { createCredentialSource } from './credential-source.js';
import type { CredentialSource, Credentials } from './credentials.js';
import { openSocket } from './open-socket.js';
import { toConnectionError } from './to-connection-error.js';

/** A request of somebody else, to go to a cluster as it is. */
export interface PassedRequest {
  readonly method: string;
  /** With its query; begins with a slash. */
  readonly path: string;
  /** What is said about the connection and about who asks is set here, and must not be among them. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Readable | undefined;
  /** The protocol to change to, as `SPDY/3.1`. */
  readonly upgrade?: string | undefined;
  /** Takes a connection of its own, as a change of the protocol does. */
  readonly isLong?: boolean;
  /** As whom: the declaration's own credentials, or these and no others. */
  readonly identity: 'declared' | CallerIdentity;
  /** Ends the request, whatever its state. */
  readonly signal: AbortSignal;
}

/** Of a caller who shows credentials of their own; nobody without any. PEM, but for the token. */
export interface CallerIdentity {
  readonly token?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** In place of the authorities that the declaration names. */
  readonly ca?: string;
}

export interface PassedAnswer {
  readonly message: IncomingMessage;
  /** When the server changed the protocol: the connection, and what came over it already. */
  readonly upgraded?: { readonly socket: Duplex; readonly head: Buffer };
}

/**
 * The way of other people's requests to a cluster, apart from the connection that follows it: HTTP/1.1, which can be upgraded, and nothing
 * gathered on the way. Answers of every status resolve; rejects with a ConnectionError when there is none.
 */
export interface Passage {
  send(request: PassedRequest): Promise<PassedAnswer>;
  close(): void;
}

/** Milliseconds. */
const connectTimeout = 10_000;
const answerTimeout = 60_000;
const maximumConnections = 256;

/** Opens nothing yet. */
export function createPassage(target: ClusterTarget): Passage {
  const own = createCredentialSource(target, Date.now);
  let kept: { readonly identity: string; readonly agent: Agent } | undefined;

  function keptAgent(credentials: Credentials): Agent {
    const identity = `${credentials.certificate ?? ''}\0${credentials.key ?? ''}`;
    if (kept?.identity === identity) return kept.agent;
    kept?.agent.destroy();
    const agent = new Agent({ keepAlive: true, maxSockets: maximumConnections, maxFreeSockets: 8 });
    open(agent, target, credentials);
    kept = { identity, agent };
    return agent;
  }

  async function attempt(request: PassedRequest, source: CredentialSource, as: ClusterTarget): Promise<PassedAnswer> {
    const credentials = await source.current();
    request.signal.throwIfAborted();
    const isKept = source === own && request.upgrade === undefined && request.isLong !== true;
    const agent = isKept ? keptAgent(credentials) : open(new Agent({ keepAlive: false }), as, credentials);
    return exchange(request, { server: target.server, agent, credentials });
  }

  return {
    async send(request) {
      const { identity } = request;
      const as = identity === 'declared' ? target : targetOf(target, identity);
      const source = identity === 'declared' ? own : createCredentialSource(as, Date.now);
      const isRepeatable = request.body === undefined && (request.method === 'GET' || request.method === 'HEAD');
      for (let isFirst = true; ; isFirst = false) {
        try {
          const answer = await attempt(request, source, as);
          const isRefused = answer.message.statusCode === 401 && isFirst && isRepeatable && source.renew();
          if (!isRefused) return answer;
          answer.message.resume();
        } catch (error) {
          if (request.signal.aborted) throw new ConnectionError('aborted', `${target.server}: aborted by the caller`);
          // The server may close a connection in the moment in which it is used again.
          const isStale = error instanceof StaleConnectionError;
          if (!isStale || !isFirst || !isRepeatable) throw toConnectionError(unwrap(error), target.server);
        }
      }
    },
    close() {
      kept?.agent.destroy();
    },
  };
}

class StaleConnectionError extends Error {}

function unwrap(error: unknown): unknown {
  return error instanceof StaleConnectionError ? error.cause : error;
}

/** The server and the way there are those of the declaration; of who we are there nothing is left. */
function targetOf(target: ClusterTarget, { token, certificate, key, ca }: CallerIdentity): ClusterTarget {
  const user: TargetUser = {
    ...(token === undefined ? {} : { token }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
  };
  const { caFile: _file, skipVerify: _skip, ...tls } = target.tls ?? {};
  return { ...target, user, ...(ca === undefined ? {} : { tls: { ...tls, ca } }) };
}

function open(agent: Agent, target: ClusterTarget, credentials: Credentials): Agent {
  agent.createConnection = (_options, callback) => {
    openSocket({ target, credentials, protocols: ['http/1.1'], timeout: connectTimeout }).then(
      (socket: Socket) => callback?.(null, socket),
      (error: Error) => callback?.(error, undefined as never),
    );
    return undefined;
  };
  return agent;
}

interface ExchangeParts {
  readonly server: string;
  readonly agent: Agent;
  readonly credentials: Credentials;
}

function exchange(asked: PassedRequest, { server, agent, credentials }: ExchangeParts): Promise<PassedAnswer> {
  const { method, body, upgrade, signal } = asked;
  const url = new URL(server);
  return new Promise((resolve, reject) => {
    const request: ClientRequest = httpRequest({
      agent,
      method,
      path: url.pathname.replace(/\/$/, '') + asked.path,
      signal,
      headers: {
        ...copy(withLength(asked)),
        ...copy(credentials.headers),
        host: url.host,
        ...(upgrade === undefined ? {} : { connection: 'Upgrade', upgrade }),
      },
    });
    const timer = setTimeout(() => {
      request.destroy(new ConnectionError('timeout', `${server}: no answer within ${answerTimeout} ms`));
    }, answerTimeout);
    const begin = (answer: PassedAnswer) => {
      clearTimeout(timer);
      resolve(answer);
    };
    request.once('response', (message) => begin({ message }));
    request.once('upgrade', (message, socket, head) => begin({ message, upgraded: { socket, head } }));
    // Stays: a request may fail once more when its answer is read.
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(request.reusedSocket ? new StaleConnectionError(error.message, { cause: error }) : error);
    });
    if (body === undefined) request.end();
    else {
      body.on('data', () => timer.refresh());
      body.pipe(request);
    }
  });
}

/** Of a body that nothing says the length of Node sends the bytes alone with GET or DELETE, and the server takes them for the next request. */
function withLength({ headers, body }: PassedRequest): PassedRequest['headers'] {
  const { 'content-length': length, ...others } = headers;
  if (body === undefined) return others;
  return length === undefined ? { ...others, 'transfer-encoding': 'chunked' } : headers;
}

function copy(headers: Readonly<Record<string, string | readonly string[]>>): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}
