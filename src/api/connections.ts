import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Http2SecureServer, Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** The connections of a server, so that it can end them: Node knows of none over which nothing was asked yet. */
export interface Connections {
  /** From now on each connection is closed as soon as it has nothing to answer. */
  drain(): void;
  /** Breaks them all off. */
  destroy(): void;
}

interface Connection {
  /** What the network ends at, and what speaks HTTP over it: the same without TLS. */
  readonly socket: Socket;
  top: Socket;
  session: ServerHttp2Session | undefined;
  /** Requests that are being answered. */
  answering: number;
  used: boolean;
  /** When it was asked to close. */
  closing: number | undefined;
}

/** Milliseconds until a connection over which nobody spoke, in HTTP/2 or at all, is closed. */
const idleTimeout = 72_000;
/** Milliseconds that a client gets: to ask the first question of a connection that it has just made, or to close its end of one. */
const patience = 500;
const checkInterval = 50;

export function trackConnections(server: Server | Http2SecureServer): Connections {
  const connections = new Set<Connection>();
  const bySocket = new WeakMap<object, Connection>();
  /** TLS sockets say where they come from, and not on which socket they stand. */
  const byPeer = new Map<string, Connection>();
  let timer: NodeJS.Timeout | undefined;
  let drainedSince = 0;

  server.on('connection', (socket: Socket) => {
    const connection = { socket, top: socket, session: undefined, answering: 0, used: false, closing: undefined };
    const peer = peerOf(socket);
    connections.add(connection);
    bySocket.set(socket, connection);
    byPeer.set(peer, connection);
    socket.once('close', () => {
      connections.delete(connection);
      if (byPeer.get(peer) === connection) byPeer.delete(peer);
    });
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    const connection = byPeer.get(peerOf(socket));
    if (connection === undefined) return;
    connection.top = socket;
    bySocket.set(socket, connection);
  });
  server.on('session', (session: ServerHttp2Session) => {
    const connection = byPeer.get(peerOf(session.socket));
    if (connection === undefined) return;
    connection.session = session;
    bySocket.set(session, connection);
    session.setTimeout(idleTimeout, () => {
      if (connection.answering === 0) session.close();
    });
  });
  server.prependListener('request', onRequest);

  function onRequest(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): void {
    const session = 'stream' in request ? request.stream.session : undefined;
    const connection = bySocket.get(session ?? request.socket);
    if (connection === undefined) return;
    connection.used = true;
    connection.answering++;
    const end = () => {
      connection.answering--;
      if (timer !== undefined) closeIdle(connection);
    };
    if ('stream' in response) response.stream.once('close', end);
    else response.once('close', end);
    if (timer !== undefined && 'shouldKeepAlive' in response) response.shouldKeepAlive = false;
  }

  function closeIdle(connection: Connection): void {
    const { socket, top, session, answering, used, closing } = connection;
    const now = performance.now();
    if (answering > 0 || (!used && now - drainedSince < patience)) return;
    if (closing === undefined) {
      connection.closing = now;
      if (session === undefined) top.destroySoon();
      else session.close();
    } else if (now - closing > patience) socket.destroy();
  }

  return {
    drain() {
      if (timer !== undefined) return;
      drainedSince = performance.now();
      const closeAllIdle = () => connections.forEach(closeIdle);
      timer = setInterval(closeAllIdle, checkInterval).unref();
      server.once('close', () => clearInterval(timer));
      closeAllIdle();
    },
    destroy() {
      for (const { socket, top } of connections) {
        top.destroy();
        socket.destroy();
      }
    },
  };
}

function peerOf({
  remoteAddress,
  remotePort,
}: {
  remoteAddress?: string | undefined;
  remotePort?: number | undefined;
}) {
  return `${remoteAddress} ${remotePort}`;
}
