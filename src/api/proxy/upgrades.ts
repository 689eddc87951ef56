import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { badRequest } from '../api-error.js';
import { sendStatus } from '../respond.js';

/** A connection whose client wants to speak another protocol, and what it said already. */
export interface UpgradeOffer {
  readonly protocol: string;
  readonly socket: Socket;
  readonly head: Buffer;
  /** Ends the connection with the answer. */
  readonly onFinish: () => void;
}

/** Of the kind that carry one stream for one request. Behind another HTTP there would be requests that nobody looks at. */
const protocols = /^(?:websocket|spdy\/3\.1)$/i;
const offers = new WeakMap<ServerResponse, UpgradeOffer>();

/** Undefined for an answer that can only be one of HTTP. */
export function upgradeOfferOf(response: ServerResponse): UpgradeOffer | undefined {
  return offers.get(response);
}

/**
 * Hands requests that ask for another protocol to `handle` with an answer like any other; most of them get one. Without this Node takes
 * the question for an ordinary one.
 */
export function acceptUpgrades(
  server: Server,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  server.on('upgrade', (request: IncomingMessage, stream, head) => {
    const socket = stream as Socket;
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    // What Node does behind an answer of its own.
    const onFinish = () => {
      response.detachSocket(socket);
      socket.destroySoon();
      process.nextTick(() => response.emit('close'));
    };
    const { upgrade: protocol = '' } = request.headers;
    if (protocols.test(protocol)) offers.set(response, { protocol, socket, head, onFinish });
    socket.on('error', () => undefined);
    response.once('finish', onFinish);
    // Node reads nothing more of it, so its body would never come.
    if (hasBody(request)) sendStatus(response, badRequest('a request with a body cannot change the protocol').status);
    else handle(request, response);
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = headers;
  return coding !== undefined || Number(length) !== 0;
}

/** Says that the protocol is another one from here on, and gives the connection away. */
export function changeProtocol(
  response: ServerResponse,
  { socket, onFinish }: UpgradeOffer,
  headers: Readonly<Record<string, string | number | readonly string[] | undefined>>,
): void {
  response.off('finish', onFinish);
  response.writeHead(101, { ...headers } as Parameters<ServerResponse['writeHead']>[1]);
  response.flushHeaders();
  response.detachSocket(socket);
  socket.once('close', () => {
    response.emit('finish');
    response.emit('close');
  });
}
