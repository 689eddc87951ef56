import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { badRequest } from '../api-error.js';
import type { CallerHeaders } from '../auth/open-auth.js';
import type { CallerIdentity } from './member-clusters.js';

/** They are about one connection, and not about what is asked or answered. */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'trailers',
  'transfer-encoding',
  'upgrade',
]);
/** They say who asks here, or where; there it is said anew. */
const ofCaller: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'origin',
  'referer',
  'via',
  // The method is what was reviewed.
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-real-ip',
]);
/** They would change what a browser keeps of this server, or lead a proxy in front astray: what answers speaks in its name. */
const ofServer: ReadonlySet<string> = new Set([
  'alt-svc',
  'clear-site-data',
  'nel',
  'origin-agent-cluster',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'set-cookie',
  'set-cookie2',
  'strict-transport-security',
  'www-authenticate',
  'x-lighttpd-send-file',
  'x-sendfile',
]);
const serverPrefixes = ['access-control-', 'x-accel-'];
const callerPrefixes = ['x-remote-', 'x-clusterpedia-', 'impersonate-', 'x-forwarded-', 'sec-fetch-'];
const identityPrefix = 'x-clusterpedia-proxy-';

type Headers = Record<string, string | readonly string[]>;

/** What goes on to the cluster of the headers of a request; `caller` names more that say who asks here. */
export function requestHeaders({ headers, socket }: IncomingMessage, caller?: CallerHeaders): Headers {
  const kept: Headers = {};
  const named = namedByConnection(headers.connection);
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':') || hopByHop.has(name) || named.has(name)) continue;
    if (ofCaller.has(name) || callerPrefixes.some((prefix) => name.startsWith(prefix))) continue;
    if (caller?.names.includes(name) || caller?.prefixes.some((prefix) => name.startsWith(prefix))) continue;
    kept[name] = value;
  }
  const { 'sec-websocket-protocol': protocols } = kept;
  if (typeof protocols === 'string') {
    const left = withoutToken(protocols);
    if (left === '') delete kept['sec-websocket-protocol'];
    else kept['sec-websocket-protocol'] = left;
  }
  // A GET that nothing is known of would get this from Node.
  if (socket.remoteAddress !== undefined) kept['x-forwarded-for'] = socket.remoteAddress;
  return kept;
}

/** What comes back of the headers of an answer; `prefix` is where paths of the cluster begin here. */
export function answerHeaders(headers: IncomingHttpHeaders, prefix: string): OutgoingHttpHeaders {
  const kept: OutgoingHttpHeaders = {};
  const named = namedByConnection(headers.connection);
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || hopByHop.has(name) || named.has(name)) continue;
    if (ofServer.has(name) || serverPrefixes.some((start) => name.startsWith(start))) continue;
    kept[name] = name === 'location' && /^\/(?!\/)/.test(String(value)) ? prefix + String(value) : value;
  }
  return kept;
}

/**
 * For a browser that shows the answer: a page of a workload is none of this server, runs no script, and knows nothing of it. `headers` are
 * those of the answer.
 */
export function pageHeaders({ 'content-security-policy': own }: IncomingHttpHeaders): OutgoingHttpHeaders {
  return {
    'content-security-policy': own === undefined ? 'sandbox' : `sandbox, ${String(own)}`,
    'x-content-type-options': 'nosniff',
  };
}

/** A browser cannot send an Authorization header with a WebSocket; a kube-apiserver takes a token from here instead. */
function withoutToken(protocols: string): string {
  const offered = protocols.split(',').map((protocol) => protocol.trim());
  return offered.filter((protocol) => !/^base64url\.bearer\.authorization\.k8s\.io\./i.test(protocol)).join(', ');
}

/** The credentials that a request brings for the cluster; undefined when it brings none. ApiError 400 for what cannot be read. */
export function callerIdentity(headers: IncomingHttpHeaders): CallerIdentity | undefined {
  const given = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(identityPrefix)) given.set(decodeName(name.slice(identityPrefix.length)), String(value));
  }
  if (given.size === 0) return undefined;
  const token = given.get('token');
  const certificate = decodePem('Client-Cert', given.get('client-cert'));
  const key = decodePem('Client-Key', given.get('client-key'));
  const ca = decodePem('Ca', given.get('ca'));
  return {
    ...(token === undefined ? {} : { token }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
    ...(ca === undefined ? {} : { ca }),
  };
}

function namedByConnection(connection: string | undefined): ReadonlySet<string> {
  return new Set((connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name).toLowerCase();
  } catch {
    return name;
  }
}

function decodePem(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const pem = Buffer.from(text, 'base64').toString();
  if (/^-----BEGIN [A-Z ]+-----$/m.test(pem)) return pem;
  throw badRequest(`X-Clusterpedia-Proxy-${name}: expected PEM in base64`);
}
