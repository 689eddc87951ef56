import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { ConfigError } from '../config/config-error.js';
import type { ServerLocation } from './server-location.js';

export interface ServerRequest {
  /** Below the base URL, with a slash in front. */
  readonly path: string;
  /** Sent as JSON by POST; without it, it is a GET. */
  readonly body?: object;
  /** Milliseconds. */
  readonly deadline?: number;
  /** For the message when nothing answers. */
  readonly otherwise?: string;
}

export interface ServerAnswer {
  readonly status: number;
  /** What the JSON says; undefined when it is none. */
  readonly json: unknown;
}

const usualDeadline = 10_000;

/** Asks a running server. Throws ConfigError when there is none. */
export async function askServer(location: ServerLocation, request: ServerRequest): Promise<ServerAnswer> {
  const { server } = location;
  try {
    const response = await send(location, request);
    const content = await text(response);
    return { status: response.statusCode ?? 0, json: parse(content) };
  } catch (error) {
    if (isDistrust(error)) {
      throw new ConfigError(
        `the certificate of ${server} is not trusted (${error.message}); name who signed it with --certificate-authority`,
        { cause: error },
      );
    }
    const otherwise = request.otherwise ?? '';
    throw new ConfigError(
      `no clusterdex answers at ${server}: start it with \`clusterdex serve\`, name it with --server${otherwise}`,
      { cause: error },
    );
  }
}

function send(location: ServerLocation, { path, body, deadline = usualDeadline }: ServerRequest) {
  const { server, certificateAuthority, token } = location;
  const content = body === undefined ? undefined : JSON.stringify(body);
  const options = {
    agent: false,
    signal: AbortSignal.timeout(deadline),
    method: content === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'application/json',
      ...(content !== undefined && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(certificateAuthority !== undefined && { ca: certificateAuthority }),
  };
  return new Promise<IncomingMessage>((resolve, reject) => {
    const request = (server.startsWith('https:') ? httpsRequest : httpRequest)(server + path, options, resolve);
    request.on('error', reject);
    request.end(content);
  });
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** Whether TLS failed over who the server is. */
function isDistrust(error: unknown): error is Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|ALTNAME|UNABLE_TO|SIGNATURE/.test(code);
}
