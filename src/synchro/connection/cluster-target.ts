/** Where an API server is and who we are there: a context of a kubeconfig in one piece, or what a PediaCluster says. */
export interface ClusterTarget {
  /** URL, `https://host:port` with an optional path. */
  readonly server: string;
  readonly tls?: TargetTls;
  /** `http://…` or `https://…`, to go through with CONNECT. */
  readonly proxyUrl?: string;
  readonly user: TargetUser;
}

/** PEM each, or the file that holds it, which is read anew for each new connection. */
export interface TargetTls {
  readonly ca?: string;
  readonly caFile?: string;
  /** Trust whoever answers. */
  readonly skipVerify?: boolean;
  readonly serverName?: string;
}

export interface TargetUser {
  readonly token?: string;
  /** Read anew while it changes; wins over `token`, as in kubectl. */
  readonly tokenFile?: string;
  readonly certificate?: string;
  readonly certificateFile?: string;
  readonly key?: string;
  readonly keyFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly exec?: ExecPlugin;
  /** Of the legacy providers: `oidc`. */
  readonly authProvider?: { readonly name: string; readonly config: Readonly<Record<string, string>> };
  readonly impersonate?: Impersonation;
}

/** A program that prints an ExecCredential. */
export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly provideClusterInfo: boolean;
  readonly installHint?: string;
}

export interface Impersonation {
  readonly user: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}
