import { once } from 'node:events';
import { request as plainRequest } from 'node:http';
import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2';
import { request as tlsRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';

export interface ClientAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks over HTTP/1.1, over TLS when the URL says so, on a connection of its own; refuses to speak anything else. */
export function askHttp1(url: string, question: Question & { readonly ca?: string } = {}): Promise<ClientAnswer> {
  const { method = 'GET', headers = {}, ca } = question;
  const options = {
    method,
    headers,
    agent: false,
    ...(ca === undefined ? {} : { ca, ALPNProtocols: ['http/1.1'], servername: 'localhost' }),
  };
  return new Promise((resolve, reject) => {
    const request = (url.startsWith('https:') ? tlsRequest : plainRequest)(url, options, (response) => {
      buffer(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        reject,
      );
    });
    request.on('error', reject);
    request.end();
  });
}

/** Begins a request on a connection that others share. */
export function openStream(session: ClientHttp2Session, path: string, question: Question = {}): ClientHttp2Stream {
  const headers: OutgoingHttpHeaders = { ':path': path, ':method': question.method ?? 'GET', ...question.headers };
  return session.request(headers);
}

export async function askHttp2(
  session: ClientHttp2Session,
  path: string,
  question: Question = {},
): Promise<ClientAnswer> {
  const stream = openStream(session, path, question);
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  const body = await buffer(stream);
  return { status: Number(headers[':status']), headers, body };
}
