import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 24 * 60 * 60 * 1000;

export interface IssuedPair {
  /** PEM, with the authorities between it and the root behind it. */
  readonly cert: string;
  readonly key: string;
}

export interface Subject {
  /** As in `CN=alice,O=team-a,O=team-b`. */
  readonly subject: string;
  readonly usage?: 'client' | 'server';
  /** Names and addresses of a server. */
  readonly hosts?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notAfter?: number;
}

/** A certificate authority of a test. */
export interface CertificateAuthority {
  /** PEM. */
  readonly pem: string;
  issue(subject: Subject): Promise<IssuedPair>;
  /** An authority that this one signs; what it issues brings its certificate along. */
  intermediate(name: string): Promise<CertificateAuthority>;
}

interface Signer {
  readonly name: string;
  readonly key: webcrypto.CryptoKey;
  /** What stands behind a certificate that it issues. */
  readonly links: string;
}

export async function createCertificateAuthority(name: string): Promise<CertificateAuthority> {
  return create(name, undefined);
}

async function create(name: string, parent: Signer | undefined): Promise<CertificateAuthority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const subject = `CN=${name}`;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(8).toString('hex'),
    subject,
    issuer: parent?.name ?? subject,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + day),
    publicKey: keys.publicKey,
    signingKey: parent?.key ?? keys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const pem = `${certificate.toString('pem')}\n`;
  const signer = { name: subject, key: keys.privateKey, links: parent === undefined ? '' : pem + parent.links };
  return {
    pem,
    issue: (wanted) => issue(wanted, signer),
    intermediate: (of) => create(of, signer),
  };
}

async function issue(
  { subject, usage = 'client', hosts = [], notAfter }: Subject,
  signer: Signer,
): Promise<IssuedPair> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const { clientAuth, serverAuth } = x509.ExtendedKeyUsage;
  const names = hosts.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value }));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(8).toString('hex'),
    subject,
    issuer: signer.name,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(notAfter ?? Date.now() + day),
    publicKey: keys.publicKey,
    signingKey: signer.key,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage === 'client' ? clientAuth : serverAuth]),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return {
    cert: `${certificate.toString('pem')}\n${signer.links}`,
    key: `${x509.PemConverter.encode(key, x509.PemConverter.PrivateKeyTag)}\n`,
  };
}
