import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { KeyPair } from './key-pair.js';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 24 * 60 * 60 * 1000;
const lifetime = 365 * day;
/** Of clocks that disagree. */
const tolerance = 60 * 60 * 1000;
const renewBefore = 30 * day;
const authorityName = 'clusterdex-ca@';
const alwaysNamed = ['localhost', '127.0.0.1', '::1'];

/**
 * Makes a certificate for this machine's names and `hosts`, valid for a year. It is signed by an authority of its own, which stands
 * behind it in the PEM text and whose key is not kept: who trusts it trusts this one certificate.
 */
export async function createSelfSignedCertificate(hosts: readonly string[], now = Date.now()): Promise<KeyPair> {
  // Only needed once a year, and the first of them by the second.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const authorityKeys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const validity = { notBefore: new Date(now - tolerance), notAfter: new Date(now + lifetime) };
  const authorityIssuer = `CN=${authorityName}${Math.floor(now / 1000)}`;
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name: authorityIssuer,
    ...validity,
    keys: authorityKeys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=clusterdex@${Math.floor(now / 1000)}`,
    issuer: authorityIssuer,
    ...validity,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        namesOf(hosts).map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  return {
    cert: `${certificate.toString('pem')}\n${authority.toString('pem')}\n`,
    key: `${x509.PemConverter.encode(key, x509.PemConverter.PrivateKeyTag)}\n`,
  };
}

/** Whether this is one of ours that ends soon, or lacks a name that it has to have. What others made is theirs to renew. */
export function isToBeRenewed(
  certificate: X509Certificate,
  { hosts, now = Date.now() }: { readonly hosts: readonly string[]; readonly now?: number },
): boolean {
  if (!isOurs(certificate)) return false;
  if (Date.parse(certificate.validTo) - now < renewBefore) return true;
  return hosts.some((host) =>
    isIP(host) === 0 ? certificate.checkHost(host) === undefined : certificate.checkIP(host) === undefined,
  );
}

/** Whether it was made here, by whichever process. */
export function isOurs({ issuer }: X509Certificate): boolean {
  return issuer.startsWith(`CN=${authorityName}`);
}

/** The names and addresses that a certificate is for. */
export function hostsOf({ subjectAltName = '' }: X509Certificate): readonly string[] {
  return subjectAltName.split(', ').flatMap((name) => /^(?:DNS|IP Address):([\w.:-]+)$/.exec(name)?.[1] ?? []);
}

function namesOf(hosts: readonly string[]): readonly string[] {
  const machine = hostname().toLowerCase();
  const names = /^[a-z0-9._-]+$/.test(machine) ? [...alwaysNamed, machine] : alwaysNamed;
  return [...new Set([...names, ...hosts])];
}
