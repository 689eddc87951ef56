import type { CertificateAuthority, IssuedPair } from './certificate-authority.js';

export interface FrontProxy {
  /** Of the certificates of proxies. */
  readonly proxies: CertificateAuthority;
  /** What the API server shows to the servers behind it; `CN=front-proxy-client`. */
  readonly front: IssuedPair;
  /** Stores a text, and returns its path. */
  readonly write: (name: string, text: string) => string;
}

/** Flags of a kube-apiserver with an aggregation layer. */
export function frontProxyFlags({ proxies, front, write }: FrontProxy): readonly string[] {
  return [
    `--requestheader-client-ca-file=${write('proxies.crt', proxies.pem)}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${write('front.crt', front.cert)}`,
    `--proxy-client-key-file=${write('front.key', front.key)}`,
  ];
}
