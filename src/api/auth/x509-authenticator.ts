import { AuthenticationError, type Authenticator } from './authenticator.js';
import { type CertificateBundle, leadsTo } from './certificate-bundle.js';
import { clientCertificateOf } from './client-certificate.js';

/** The user is the common name of the client's certificate, the groups are its organizations. */
export function createX509Authenticator(authorities: () => CertificateBundle | undefined): Authenticator {
  return (request) => {
    const bundle = authorities();
    if (bundle === undefined) return undefined;
    const certificate = clientCertificateOf(request);
    if (certificate === undefined) return undefined;
    const { chain, complaint, commonName, organizations } = certificate;
    if (complaint !== undefined) throw new AuthenticationError(`the client certificate is not trusted: ${complaint}`);
    if (!leadsTo(chain, bundle)) throw new AuthenticationError('the client certificate is of another authority');
    if (commonName === '') return undefined;
    return { name: commonName, groups: organizations, extra: {} };
  };
}
