import type { AddressInfo } from 'node:net';
import { type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { badRequest } from '../kube/status.js';
import { answerClientError } from './client-error.js';
import { createRequestHandler, type RequestHandlerOptions } from './request-handler.js';
import { sendStatus } from './respond.js';
import { createRunningLists } from './running-lists.js';

export type ApiServerOptions = Omit<RequestHandlerOptions, 'lists' | 'watches' | 'stopping'>;

export interface ListenAddress {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

export interface ApiServer {
  /** Resolves with the URL when it serves. Rejects with Node's error, for example EADDRINUSE. */
  listen(address: ListenAddress): Promise<string>;
  /**
   * Takes no more connections, says so at `/readyz`, and resolves when what is being answered is out; what is not when `signal` aborts
   * is cut off.
   */
  stop(signal: AbortSignal): Promise<void>;
}

/** Label selectors with hundreds of names are long; the default of 16 KB is soon reached. */
const maximumHeaderSize = 256 * 1024;
const idleCheckInterval = 50;

export function createApiServer(options: ApiServerOptions): ApiServer {
  const lists = createRunningLists();
  const watches = createRunningLists();
  let stopping = false;
  const handle = createRequestHandler({ ...options, lists, watches, stopping: () => stopping });
  const app = fastify({
    http: { maxHeaderSize: maximumHeaderSize, headersTimeout: 30_000 },
    requestTimeout: 60_000,
    return503OnClosing: false,
    frameworkErrors: (_error, _request, reply) => {
      reply.hijack();
      sendStatus(reply.raw, badRequest('the path is not percent-encoded UTF-8'));
    },
    clientErrorHandler: answerClientError,
  });

  /** The answer is written past fastify: it is bytes already, and every step between costs a share of the speed. */
  function answer(request: FastifyRequest, reply: FastifyReply): void {
    reply.hijack();
    void handle(request.raw, reply.raw);
  }

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.route({ method: ['GET', 'HEAD'], url: '*', handler: answer });
  app.setNotFoundHandler(answer);
  app.setErrorHandler((error, _request, reply) => {
    reply.hijack();
    sendStatus(reply.raw, badRequest(error instanceof Error ? error.message : 'the request is malformed'));
  });

  return {
    async listen({ host, port }) {
      await app.listen({ host, port });
      return urlOf(app.server.address());
    },
    async stop(signal) {
      stopping = true;
      // A watch has no end to wait for; its client goes on elsewhere from where it was.
      watches.abortAll();
      const closed = app.close();
      const closeIdle = setInterval(() => app.server.closeIdleConnections(), idleCheckInterval);
      const cutOff = () => {
        lists.abortAll();
        app.server.closeAllConnections();
      };
      if (signal.aborted) cutOff();
      signal.addEventListener('abort', cutOff);
      await closed;
      signal.removeEventListener('abort', cutOff);
      clearInterval(closeIdle);
    },
  };
}

function urlOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') throw new Error('the server has no address');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
