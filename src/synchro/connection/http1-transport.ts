import { Agent, type ClientRequest, request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { Transport, TransportAnswer, TransportRequest } from './transport.js';

/** Each watch holds a connection for itself. */
const maximumConnections = 256;

/** HTTP/1.1, for plain http and for servers and proxies that do not speak HTTP/2. */
export function createHttp1Transport(host: string, open: () => Promise<Socket>): Transport {
  const agent = new Agent({ keepAlive: true, maxSockets: maximumConnections, maxFreeSockets: 4 });
  // TLS, proxy and certificates are dealt with below HTTP.
  agent.createConnection = (_options, callback) => {
    open().then(
      (socket) => callback?.(null, socket),
      (error: Error) => callback?.(error, undefined as never),
    );
    return undefined;
  };
  return {
    request: (request) => send(agent, host, request),
    get connections() {
      return [agent.sockets, agent.freeSockets].flatMap((sockets) => Object.values(sockets)).flat().length;
    },
    async close() {
      agent.destroy();
    },
  };
}

function send(agent: Agent, host: string, options: TransportRequest): Promise<TransportAnswer> {
  const { method, path, headers, body, signal } = options;
  return new Promise((resolve, reject) => {
    const request: ClientRequest = httpRequest({
      agent,
      method,
      path,
      signal,
      headers: { ...copy(headers), host, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) },
    });
    request.once('response', (response) => {
      resolve({
        status: response.statusCode ?? 0,
        headers: response.headers,
        stream: response,
        isComplete: () => response.complete,
      });
    });
    // Stays: a request may fail once more when its answer is read.
    request.on('error', reject);
    request.end(body);
  });
}

function copy(headers: TransportRequest['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
}
