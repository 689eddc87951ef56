import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';

/** What the client of a connection has shown. */
export interface ClientCertificate {
  /** The client's own certificate first. */
  readonly chain: readonly X509Certificate[];
  /** What TLS has to say against it, with all authorities that were named to it: an authority, a time, a purpose. */
  readonly complaint: string | undefined;
  /** The last one, as a kube-apiserver reads it. */
  readonly commonName: string;
  readonly organizations: readonly string[];
}

const known = new WeakMap<object, ClientCertificate | 'none'>();
const mostLinks = 8;

/** Undefined when there is no TLS, or the client shows none. Read once for each connection. */
export function clientCertificateOf(request: IncomingMessage): ClientCertificate | undefined {
  const connection = connectionOf(request);
  let found = known.get(connection);
  if (found === undefined) {
    found = readCertificate(request.socket as Partial<TLSSocket>) ?? 'none';
    known.set(connection, found);
  }
  return found === 'none' ? undefined : found;
}

/** Over HTTP/2 the socket of a request is not the one of the connection. */
function connectionOf(request: IncomingMessage): object {
  const { stream } = request as unknown as Partial<Http2ServerRequest>;
  return stream?.session ?? request.socket;
}

function readCertificate(socket: Partial<TLSSocket>): ClientCertificate | undefined {
  const shown = socket.getPeerCertificate?.(true);
  if (shown?.raw === undefined) return undefined;
  const { authorized, authorizationError } = socket;
  const { CN: commonName = '', O: organizations } = shown.subject as unknown as Subject;
  return {
    chain: readChain(shown),
    complaint: authorized === true ? undefined : String(authorizationError ?? 'it is not trusted'),
    commonName: asList(commonName).at(-1) ?? '',
    organizations: asList(organizations),
  };
}

/** A member that a subject has several times is a list. */
interface Subject {
  readonly CN?: string | readonly string[];
  readonly O?: string | readonly string[];
}

function asList(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/** An authority at the end names itself as its issuer. */
function readChain(shown: DetailedPeerCertificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  let current: DetailedPeerCertificate | undefined = shown;
  while (current?.raw !== undefined && chain.length < mostLinks) {
    chain.push(new X509Certificate(current.raw));
    current = current.issuerCertificate === current ? undefined : current.issuerCertificate;
  }
  return chain;
}
