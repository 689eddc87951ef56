import type { ClusterTarget } from './cluster-target.js';

/** What proves who we are, now: headers for each request, a certificate for each connection. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly certificate?: string | Buffer;
  readonly key?: string | Buffer;
}

export interface CredentialSource {
  /** Rejects with a ConnectionError `credentials`. Cheap when nothing is due. */
  current(): Promise<Credentials>;
  /** The server did not accept the last ones; whether asking again may give others. */
  renew(): boolean;
}

export type { ClusterTarget };
