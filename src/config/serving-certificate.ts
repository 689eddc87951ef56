import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CertificateFiles } from './certificate-files.js';
import { ConfigError } from './config-error.js';
import type { KeyPair } from './key-pair.js';
import { createSelfSignedCertificate, hostsOf, isToBeRenewed } from './self-signed-certificate.js';

export interface ServingCertificateOptions {
  readonly files: CertificateFiles;
  /** Names and addresses that a self-signed certificate has to have beside those of the machine. */
  readonly hosts: readonly string[];
}

const attempts = 5;

/** Reads the certificate and its key; makes or renews them where that is ours to do. Throws ConfigError, which names the file. */
export async function loadServingCertificate({ files, hosts }: ServingCertificateOptions): Promise<KeyPair> {
  if (!files.selfSigned) return readKeyPair(files);
  for (let attempt = 1; ; attempt++) {
    try {
      const found = existsSync(files.certFile) || existsSync(files.keyFile) ? readKeyPair(files) : undefined;
      const certificate = found && new X509Certificate(found.cert);
      if (found !== undefined && certificate && !isToBeRenewed(certificate, { hosts })) return found;
      // Servers at several addresses may share the folder: none takes away the name of another.
      const others = certificate === undefined ? [] : hostsOf(certificate);
      writeKeyPair(files, await createSelfSignedCertificate([...hosts, ...others]));
      return readKeyPair(files);
    } catch (error) {
      // Another server on the same folder may be as far, and the two files are not written at once.
      if (attempt >= attempts) throw error;
      await delay(50 * attempt * (1 + Math.random()));
    }
  }
}

/** Milliseconds since the epoch. */
export function endOf({ cert }: KeyPair): number {
  return Date.parse(new X509Certificate(cert).validTo);
}

/** Throws ConfigError, which names the file, for what is missing, no PEM, or does not belong together. */
export function readKeyPair({ certFile, keyFile }: CertificateFiles): KeyPair {
  const cert = read(certFile);
  const key = read(keyFile);
  const certificate = parse(certFile, { what: 'certificate', read: () => new X509Certificate(cert) });
  const privateKey = parse(keyFile, { what: 'private key', read: () => createPrivateKey(key) });
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new ConfigError(`the private key ${keyFile} is not that of the certificate ${certFile}`);
  }
  return { cert, key };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw cannot('read', { path, error });
  }
}

function parse<Parsed>(path: string, part: { readonly what: string; read(): Parsed }): Parsed {
  try {
    return part.read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${path} holds no ${part.what} in PEM form: ${reason}`, { cause: error });
  }
}

function writeKeyPair({ certFile, keyFile }: CertificateFiles, { cert, key }: KeyPair): void {
  write(keyFile, key);
  write(certFile, cert);
}

function write(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    try {
      writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
      renameSync(temporary, path);
    } finally {
      rmSync(temporary, { force: true });
    }
  } catch (error) {
    throw cannot('write', { path, error });
  }
}

function cannot(what: string, { path, error }: { path: string; error: unknown }): ConfigError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ConfigError(`cannot ${what} ${path}: ${reason}`, { cause: error });
}
