import { constants } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { KeyPair } from '../config/key-pair.js';
import { createStatus } from '../kube/status.js';
import type { ClientAuthorities } from './auth/client-authorities.js';
import type { CertificateSource } from './certificate-source.js';
import { Http2Answer } from './http2-answer.js';
import { sendStatus } from './respond.js';

/** Label selectors with hundreds of names are long; the default of 16 KB is soon reached. */
const maximumHeaderSize = 256 * 1024;
/** Milliseconds. */
const timeouts = { headersTimeout: 30_000, requestTimeout: 60_000, keepAliveTimeout: 72_000 };
const handshakeTimeout = 10_000;
/** As many as a kube-apiserver has; its clients open one more connection then. */
const streamsPerConnection = 250;
/** Megabytes that one connection may have waiting, over all its streams. */
const sessionMemory = 64;

export function createPlainServer(handle: RequestListener): Server {
  // Node would refuse a request without a host with an empty answer; the handler has words for it.
  const server = createServer({ maxHeaderSize: maximumHeaderSize, requireHostHeader: false, ...timeouts }, handle);
  return server.on('checkExpectation', refuseExpectation);
}

export interface TlsServerOptions {
  readonly certificate: CertificateSource;
  /** Whose certificates clients are asked for; nobody is asked without. What is shown is judged request by request. */
  readonly clients?: ClientAuthorities | undefined;
}

/** HTTP/2 and HTTP/1.1 on one port: the client chooses in the TLS handshake. */
export function createTlsServer(
  handle: RequestListener,
  { certificate, clients }: TlsServerOptions,
): Http2SecureServer {
  const context = () => secureContextOf(certificate.current, clients);
  const server = createSecureServer({
    ...context(),
    ...(clients === undefined ? {} : { requestCert: true, rejectUnauthorized: false }),
    allowHTTP1: true,
    handshakeTimeout,
    settings: { maxConcurrentStreams: streamsPerConnection, maxHeaderListSize: maximumHeaderSize },
    maxSessionMemory: sessionMemory,
    Http2ServerResponse: Http2Answer,
  });
  // Node takes these of HTTP/1.1 as members alone.
  Object.assign(server, { maxHeaderSize: maximumHeaderSize, requireHostHeader: false, ...timeouts });
  server.on('request', handle as unknown as Parameters<Http2SecureServer['addListener']>[1]);
  server.on('checkExpectation', refuseExpectation as unknown as Parameters<Http2SecureServer['addListener']>[1]);
  certificate.onChange(() => server.setSecureContext(context()));
  clients?.onChange(() => server.setSecureContext(context()));
  return server;
}

function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const message = 'of all expectations only 100-continue can be met';
  sendStatus(response, createStatus({ code: 417, reason: 'BadRequest', message }));
}

function secureContextOf({ cert, key }: KeyPair, clients: ClientAuthorities | undefined) {
  const context = { cert, key, minVersion: 'TLSv1.2' } as const;
  if (clients === undefined) return context;
  // A session that is resumed has lost the authorities between the client's certificate and the root, so none is.
  return { ...context, ca: [...clients.current], secureOptions: constants.SSL_OP_NO_TICKET };
}
