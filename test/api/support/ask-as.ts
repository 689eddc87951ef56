import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { buffer } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import type { IssuedPair } from '../../support/certificate-authority.js';
import { askHttp2 } from './http-clients.js';

export interface Caller {
  /** Shows this certificate. */
  readonly pair?: IssuedPair | undefined;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly protocol?: 'h2' | 'http/1.1';
  readonly method?: string;
  readonly body?: string;
  /** Of TLS; resumes this session. */
  readonly session?: Buffer | undefined;
}

export interface CallerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** To resume; undefined when the server gives none. */
  readonly session: Buffer | undefined;
}

interface Address {
  readonly tlsUrl: string;
  readonly ca: string;
}

/** Asks on a connection of its own. */
export async function askAs({ tlsUrl, ca }: Address, path: string, caller: Caller = {}): Promise<CallerAnswer> {
  const { pair, token, protocol = 'http/1.1', method = 'GET', body } = caller;
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(caller.headers ?? {}))
    headers[name] = typeof value === 'string' ? value : [...value];
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  const { hostname: host, port } = new URL(tlsUrl);
  let session: Buffer | undefined;
  const socket = connectTls({
    host,
    port: Number(port),
    ca,
    ALPNProtocols: [protocol],
    ...(pair === undefined ? {} : { cert: pair.cert, key: pair.key }),
    ...(caller.session === undefined ? {} : { session: caller.session }),
  });
  socket.on('session', (found: Buffer) => {
    session = found;
  });
  await once(socket, 'secureConnect');
  if (protocol === 'h2') {
    const client: ClientHttp2Session = connectHttp2('https://localhost', { createConnection: () => socket });
    const answer = await askHttp2(client, path, { method, headers: headers as Record<string, string> });
    client.close();
    return { ...answer, text: answer.body.toString(), session };
  }
  const sent = request({ path, method, headers, host: 'localhost', createConnection: () => socket });
  sent.end(body);
  const [response] = await once(sent, 'response');
  const text = (await buffer(response)).toString();
  socket.destroy();
  return { status: response.statusCode, headers: response.headers, text, session };
}
