import type { IncomingMessage } from 'node:http';
import type { RequestHeaderSettings } from '../../config/auth-settings.js';
import { AuthenticationError, type Authenticator } from './authenticator.js';
import { type CertificateBundle, leadsTo } from './certificate-bundle.js';
import { clientCertificateOf } from './client-certificate.js';

/** How a proxy in front says for whom it asks. */
export interface RequestHeaders extends Omit<RequestHeaderSettings, 'clientCaFile'> {
  readonly authorities: CertificateBundle;
}

/**
 * Believes the headers of a connection with the proxy's certificate, and of no other. Where no names say which certificates are a
 * proxy's, those of the authorities of `clients` are not.
 */
export function createRequestHeaderAuthenticator(
  current: () => RequestHeaders | undefined,
  clients: () => CertificateBundle | undefined = () => undefined,
): Authenticator {
  return (request) => {
    const headers = current();
    if (headers === undefined) return undefined;
    const certificate = clientCertificateOf(request);
    if (certificate === undefined) return undefined;
    const { chain, complaint, commonName } = certificate;
    if (complaint !== undefined) throw new AuthenticationError(`the proxy's certificate is not trusted: ${complaint}`);
    // It may be a user's own.
    if (!leadsTo(chain, headers.authorities)) return undefined;
    const { allowedNames } = headers;
    const users = allowedNames.length === 0 ? clients() : undefined;
    if (users !== undefined && leadsTo(chain, users)) return undefined;
    if (allowedNames.length > 0 && !allowedNames.includes(commonName)) {
      throw new AuthenticationError(`the common name ${JSON.stringify(commonName)} is not that of a front proxy`);
    }
    return readUser(request, headers);
  };
}

function readUser(request: IncomingMessage, headers: RequestHeaders) {
  const sent = sentHeaders(request);
  const first = (names: readonly string[]) =>
    names.map((name) => sent.get(name)?.find((value) => value !== '')).find((value) => value !== undefined);
  const name = first(headers.username);
  if (name === undefined) return undefined;
  const uid = first(headers.uid);
  const extra: Record<string, string[]> = Object.create(null);
  for (const [header, values] of sent) {
    const prefix = headers.extraPrefixes.find((candidate) => header.startsWith(candidate));
    if (prefix === undefined) continue;
    const key = unescapeKey(header.slice(prefix.length));
    extra[key] = [...(extra[key] ?? []), ...values];
  }
  return {
    name,
    ...(uid === undefined ? {} : { uid }),
    groups: headers.group.flatMap((header) => sent.get(header) ?? []).filter((group) => group !== ''),
    extra,
  };
}

/** Node joins what stands in several headers of one name, and a value may have a comma of its own. */
function sentHeaders({ rawHeaders }: IncomingMessage): ReadonlyMap<string, readonly string[]> {
  const sent = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const value = Buffer.from(rawHeaders[at + 1] ?? '', 'latin1').toString('utf8');
    const known = sent.get(name);
    if (known === undefined) sent.set(name, [value]);
    else known.push(value);
  }
  return sent;
}

function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}
