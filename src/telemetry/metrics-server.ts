import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

export interface MetricsServerOptions {
  readonly registry: Registry;
  readonly host: string;
  readonly port: number;
  /** Undefined when all is well, else why not. */
  readonly health: () => Promise<string | undefined>;
  /** What `/` says. */
  readonly about: () => string;
}

/** `/metrics`, `/healthz`, `/livez` and `/readyz` of a process that serves nothing else. Rejects with Node's error, EADDRINUSE for example. */
export async function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  const { registry, health, about } = options;
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0];
    const send = (status: number, text: string, type = 'text/plain; charset=utf-8') => {
      response.writeHead(status, { 'content-type': type }).end(text);
    };
    const fail = () => send(500, 'failed\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(405, 'GET only\n');
    if (path === '/metrics') {
      registry.metrics().then((text) => send(200, text, registry.contentType), fail);
    } else if (path === '/livez') {
      send(200, 'ok');
    } else if (path === '/healthz' || path === '/readyz') {
      health().then((reason) => (reason === undefined ? send(200, 'ok') : send(503, `${reason}\n`)), fail);
    } else if (path === '/') {
      send(200, `${about()}\n/metrics /healthz /livez /readyz\n`);
    } else {
      send(404, 'not found\n');
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { address, family, port } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
