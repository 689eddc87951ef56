import { join, resolve } from 'node:path';
import { ConfigError } from './config-error.js';

/** The TLS flags as the command line gives them; the names are those of a kube-apiserver. */
export interface CertificateOptions {
  readonly certDir?: string;
  readonly tlsCertFile?: string;
  readonly tlsPrivateKeyFile?: string;
}

/** Where the certificate lies that serves, and its key. Paths are absolute. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  /** Whether a self-signed one is put there when there is none. */
  readonly selfSigned: boolean;
}

/** Throws ConfigError when only one of the two files is named. */
export function resolveCertificateFiles(options: CertificateOptions, dataDirectory: string): CertificateFiles {
  const { tlsCertFile, tlsPrivateKeyFile } = options;
  if ((tlsCertFile === undefined) !== (tlsPrivateKeyFile === undefined)) {
    throw new ConfigError('--tls-cert-file and --tls-private-key-file go together, but only one of them is set');
  }
  if (tlsCertFile !== undefined && tlsPrivateKeyFile !== undefined) {
    return Object.freeze({ certFile: resolve(tlsCertFile), keyFile: resolve(tlsPrivateKeyFile), selfSigned: false });
  }
  const folder = resolve(options.certDir ?? join(dataDirectory, 'certificates'));
  return Object.freeze({
    certFile: join(folder, 'apiserver.crt'),
    keyFile: join(folder, 'apiserver.key'),
    selfSigned: true,
  });
}
