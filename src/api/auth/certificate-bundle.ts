import { X509Certificate } from 'node:crypto';

/** Certificate authorities, and the PEM text that they came as. */
export interface CertificateBundle {
  readonly pem: string;
  readonly authorities: readonly X509Certificate[];
}

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Throws an Error that says what is wrong: nothing there, or no certificate. */
export function parseCertificateBundle(pem: string): CertificateBundle {
  const authorities = (pem.match(block) ?? []).map((text) => new X509Certificate(text));
  if (authorities.length === 0) throw new Error('expected certificates in PEM form, found none');
  return Object.freeze({ pem, authorities });
}

const mostLinks = 8;

/**
 * Whether a chain that a client showed, its own certificate first, leads to one of the authorities. The caller knows that the client
 * has the key of the first, and that it is for clients.
 */
export function leadsTo(
  chain: readonly X509Certificate[],
  { authorities }: CertificateBundle,
  now: number = Date.now(),
): boolean {
  for (const [index, certificate] of chain.slice(0, mostLinks).entries()) {
    if (!isCurrent(certificate, now) || (index > 0 && !certificate.ca)) return false;
    if (authorities.some((authority) => isCurrent(authority, now) && isIssuedBy(certificate, authority))) return true;
    const next = chain[index + 1];
    if (next === undefined || !isIssuedBy(certificate, next)) return false;
  }
  return false;
}

const checked = new WeakMap<X509Certificate, WeakMap<X509Certificate, boolean>>();

/** An authority may stand in the chain itself: then it has issued itself. A signature is checked once, not with each request of a connection. */
function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  const results = checked.get(certificate) ?? new WeakMap<X509Certificate, boolean>();
  checked.set(certificate, results);
  const known = results.get(issuer);
  if (known !== undefined) return known;
  const result = issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  results.set(issuer, result);
  return result;
}

function isCurrent({ validFrom, validTo }: X509Certificate, now: number): boolean {
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}
