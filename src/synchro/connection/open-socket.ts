import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { ClusterTarget } from './cluster-target.js';
import { ConnectionError } from './connection-error.js';
import { readMaterial } from './credential-source.js';
import type { Credentials } from './credentials.js';
import { toConnectionError } from './to-connection-error.js';

export interface OpenSocketOptions {
  readonly target: ClusterTarget;
  readonly credentials: Pick<Credentials, 'certificate' | 'key'>;
  readonly protocols: readonly string[];
  /** Milliseconds for all of it. */
  readonly timeout: number;
}

/** A connection to the API server that speaks TLS, through the proxy if there is one; without TLS for an `http:` address. */
export async function openSocket(options: OpenSocketOptions): Promise<Socket | TLSSocket> {
  const { target, timeout } = options;
  const late = AbortSignal.timeout(timeout);
  let socket: Socket | undefined;
  try {
    const url = new URL(target.server);
    const address = { host: url.hostname.replace(/^\[|\]$/g, ''), port: portOf(url) };
    const base = target.proxyUrl === undefined ? undefined : await openTunnel(target.proxyUrl, address, late);
    if (url.protocol === 'http:') {
      socket = base ?? connectTcp(address);
      if (base === undefined) await once(socket, 'connect', { signal: late });
    } else {
      const secure = await secureOptions(options, address.host);
      socket = connectTls({ ...address, ...(base === undefined ? {} : { socket: base }), ...secure });
      await once(socket, 'secureConnect', { signal: late });
    }
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 30_000);
    return socket;
  } catch (error) {
    socket?.destroy();
    if (late.aborted) {
      throw new ConnectionError('timeout', `${target.server}: no connection within ${timeout} ms`);
    }
    throw toConnectionError(error, target.server);
  }
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'http:' ? 80 : 443;
}

async function secureOptions({ target, credentials, protocols }: OpenSocketOptions, host: string) {
  const { tls } = target;
  const ca = tls?.caFile === undefined ? tls?.ca : await readMaterial(tls.caFile);
  const servername = tls?.serverName ?? (isIP(host) === 0 ? host : undefined);
  return {
    ALPNProtocols: [...protocols],
    rejectUnauthorized: tls?.skipVerify !== true,
    ...(ca === undefined ? {} : { ca }),
    ...(servername === undefined ? {} : { servername }),
    ...(credentials.certificate === undefined ? {} : { cert: credentials.certificate }),
    ...(credentials.key === undefined ? {} : { key: credentials.key }),
  };
}

function openTunnel(
  proxyUrl: string,
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const proxy = new URL(proxyUrl);
    if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:') {
      const message = `expected http: or https: as the protocol of the proxy, found ${proxy.protocol}`;
      return reject(new ConnectionError('credentials', message));
    }
    const path = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    const authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
    const request = (proxy.protocol === 'http:' ? httpRequest : httpsRequest)({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: portOf(proxy),
      method: 'CONNECT',
      path,
      headers: { host: path, ...(proxy.username === '' ? {} : { 'proxy-authorization': authorization }) },
      agent: false,
      signal,
    });
    request.once('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new ConnectionError('unreachable', `the proxy ${proxy.host} refuses ${path} with status ${statusCode}`));
    });
    request.once('error', reject);
    request.end();
  });
}
