import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import type { Socket } from 'node:net';
import type { Transport, TransportAnswer, TransportRequest } from './transport.js';

/** What may be under way unread, of a request and of a connection; lists of large clusters come from far away. */
const streamWindow = 1 << 20;
const connectionWindow = 32 << 20;
/** Some servers allow more; what one connection carries ends with it. */
const streamsPerConnection = 100;
const maximumConnections = 8;
const pingInterval = 15_000;
const pingTimeout = 10_000;
/** Milliseconds for what is being sent when a connection is closed. */
const closeTimeout = 2000;

interface Session {
  readonly session: ClientHttp2Session;
  readonly socket: Socket;
  streams: number;
}

/** HTTP/2: many requests over few connections, each asked regularly whether it still lives. */
export function createHttp2Transport(server: string, open: () => Promise<Socket>): Transport {
  const sessions = new Set<Session>();
  let opening: Promise<Session> | undefined;
  let isClosed = false;

  async function openSession(): Promise<Session> {
    const socket = await open();
    if (isClosed) {
      socket.destroy();
      throw closed();
    }
    const session = connect(server, {
      createConnection: () => socket,
      settings: { enablePush: false, initialWindowSize: streamWindow },
      maxSessionMemory: 256,
    });
    const entry: Session = { session, socket, streams: 0 };
    session.once('connect', () => {
      // That comes also when it was destroyed before.
      if (!session.destroyed) session.setLocalWindowSize(connectionWindow);
    });
    session.on('error', () => {});
    session.once('close', () => sessions.delete(entry));
    sessions.add(entry);
    keepAlive(entry);
    return entry;
  }

  function usable(): Session | undefined {
    for (const entry of sessions) {
      const { session, streams } = entry;
      if (session.closed || session.destroyed) {
        sessions.delete(entry);
        continue;
      }
      const allowed = Math.min(streamsPerConnection, session.remoteSettings?.maxConcurrentStreams ?? 100);
      if (streams < allowed || sessions.size >= maximumConnections) return entry;
    }
    return undefined;
  }

  async function findSession(): Promise<Session> {
    for (;;) {
      if (isClosed) throw closed();
      const found = usable();
      if (found !== undefined) return found;
      opening ??= openSession().finally(() => {
        opening = undefined;
      });
      await opening;
    }
  }

  return {
    async request(request) {
      const entry = await findSession();
      request.signal.throwIfAborted();
      entry.streams++;
      return send(entry.session, request, () => entry.streams--);
    },
    get connections() {
      return sessions.size;
    },
    async close() {
      isClosed = true;
      await Promise.all([...sessions].map((entry) => end(entry)));
    },
  };
}

/**
 * A session waits for what is being sent before it closes its connection, for ever where the network takes nothing any more: then the connection
 * is cut.
 */
function end({ session, socket }: Session, error?: Error): Promise<void> | undefined {
  if (session.destroyed) return undefined;
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      socket.destroy();
      resolve();
    }, closeTimeout);
    session.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    session.destroy(error);
  });
}

function closed(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' });
}

function send(session: ClientHttp2Session, request: TransportRequest, onEnd: () => void): Promise<TransportAnswer> {
  const { method, path, headers, body, signal } = request;
  return new Promise((resolve, reject) => {
    const fields = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
    );
    let stream: ClientHttp2Stream;
    try {
      stream = session.request(
        { ...fields, [constants.HTTP2_HEADER_METHOD]: method, [constants.HTTP2_HEADER_PATH]: path },
        { endStream: body === undefined },
      );
    } catch (error) {
      onEnd();
      return reject(error);
    }
    const abort = () => {
      stream.close(constants.NGHTTP2_CANCEL);
      // That alone waits until the server can be told.
      stream.destroy();
    };
    signal.addEventListener('abort', abort, { once: true });
    stream.once('close', () => {
      signal.removeEventListener('abort', abort);
      onEnd();
      reject(signal.aborted ? signal.reason : closed());
    });
    // Stays: a stream may fail once more when its answer is read.
    stream.on('error', reject);
    stream.once('response', ({ [constants.HTTP2_HEADER_STATUS]: status, ...answer }) => {
      resolve({
        status: Number(status),
        headers: answer,
        stream,
        isComplete: () => !stream.aborted && !session.destroyed && (stream.rstCode ?? 0) === constants.NGHTTP2_NO_ERROR,
      });
    });
    if (body !== undefined) stream.end(body);
  });
}

/** A connection that died silently would leave its watches waiting for ever. */
function keepAlive(entry: Session): void {
  const { session } = entry;
  let answered = true;
  const timer = setInterval(() => {
    if (session.destroyed) return clearInterval(timer);
    if (!answered) return;
    answered = false;
    const late = setTimeout(() => {
      void end(entry, Object.assign(new Error('the server did not answer a ping'), { code: 'ETIMEDOUT' }));
    }, pingTimeout).unref();
    const isSent = session.ping(() => {
      answered = true;
      clearTimeout(late);
    });
    if (!isSent) clearTimeout(late);
  }, pingInterval).unref();
  session.once('close', () => clearInterval(timer));
}
