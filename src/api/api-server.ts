import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { badRequest } from '../kube/status.js';
import type { ClientAuthorities } from './auth/client-authorities.js';
import type { CertificateSource } from './certificate-source.js';
import { answerClientError } from './client-error.js';
import { type Connections, trackConnections } from './connections.js';
import { createPlainServer, createTlsServer } from './create-http-server.js';
import { acceptUpgrades } from './proxy/upgrades.js';
import { createRequestHandler, type RequestHandlerOptions } from './request-handler.js';
import { sendStatus } from './respond.js';
import { createRunningLists } from './running-lists.js';

export type ApiServerOptions = Omit<RequestHandlerOptions, 'lists' | 'watches' | 'stopping'>;

export interface ListenAddress {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** For https, with HTTP/2 and HTTP/1.1; without it plain http is served, to this machine alone. */
  readonly certificate?: CertificateSource;
  /** Whose certificates clients are asked for, over https. */
  readonly clients?: ClientAuthorities | undefined;
}

export interface ApiServer {
  /** Resolves with the URL when it serves; may be called for several addresses. Rejects with Node's error, for example EADDRINUSE. */
  listen(address: ListenAddress): Promise<string>;
  /** From now on `/readyz` says that it ends; everything else goes on. */
  announceStop(): void;
  /**
   * Takes no more connections, says so at `/readyz`, and resolves when what is being answered is out; what is not when `signal` aborts
   * is cut off.
   */
  stop(signal: AbortSignal): Promise<void>;
}

/** Milliseconds that the end of a watch gets to reach its client, who may have stopped to read. */
const watchEndPatience = 1000;

interface Listener {
  readonly app: FastifyInstance;
  readonly connections: Connections;
}

export function createApiServer(options: ApiServerOptions): ApiServer {
  const lists = createRunningLists();
  const watches = createRunningLists();
  let stopping = false;
  const handle = createRequestHandler({ ...options, lists, watches, stopping: () => stopping });
  const listeners: Listener[] = [];

  function createListener({ certificate, clients }: Omit<ListenAddress, 'host' | 'port'>): Listener {
    /** The answer is written past fastify: it is bytes already, and every step between costs a share of the speed. */
    function answer(request: FastifyRequest, reply: FastifyReply): void {
      reply.hijack();
      void handle(request.raw, reply.raw, certificate !== undefined);
    }
    const app = fastify({
      // To fastify both are alike; what differs is made up for by Http2Answer.
      serverFactory: (handler: RequestListener) =>
        (certificate === undefined
          ? createPlainServer(handler)
          : createTlsServer(handler, { certificate, clients })) as Server,
      return503OnClosing: false,
      frameworkErrors: (_error, _request, reply) => {
        reply.hijack();
        sendStatus(reply.raw, badRequest('the path is not percent-encoded UTF-8'));
      },
      clientErrorHandler: answerClientError,
    });
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    app.route({ method: ['GET', 'HEAD'], url: '*', handler: answer });
    app.setNotFoundHandler(answer);
    app.setErrorHandler((error, _request, reply) => {
      reply.hijack();
      sendStatus(reply.raw, badRequest(error instanceof Error ? error.message : 'the request is malformed'));
    });
    if (options.proxy !== undefined) {
      acceptUpgrades(app.server, (request, response) => void handle(request, response, certificate !== undefined));
    }
    return { app, connections: trackConnections(app.server) };
  }

  function destroyConnections(): void {
    for (const { connections } of listeners) connections.destroy();
  }

  return {
    async listen({ host, port, ...security }) {
      const { certificate } = security;
      const listener = createListener(security);
      await listener.app.listen({ host, port });
      listeners.push(listener);
      return urlOf(certificate === undefined ? 'http' : 'https', listener.app.server.address());
    },
    announceStop() {
      stopping = true;
    },
    async stop(signal) {
      stopping = true;
      // A watch has no end to wait for; its client goes on elsewhere from where it was.
      watches.abortAll();
      const watchEnd = setTimeout(() => watches.destroyAll(), watchEndPatience);
      const closed = listeners.map(({ app }) => app.close());
      for (const { connections } of listeners) connections.drain();
      const cutOff = () => {
        lists.abortAll();
        lists.destroyAll();
        // Over HTTP/2 the end of the connection alone could pass for the end of what it carried.
        setImmediate(destroyConnections);
      };
      if (signal.aborted) cutOff();
      signal.addEventListener('abort', cutOff);
      await Promise.all(closed);
      signal.removeEventListener('abort', cutOff);
      clearTimeout(watchEnd);
    },
  };
}

function urlOf(scheme: string, address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') throw new Error('the server has no address');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${scheme}://${host}:${address.port}`;
}
