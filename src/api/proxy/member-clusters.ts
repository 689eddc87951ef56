import type { IncomingMessage } from 'node:http';
import type { Duplex, Readable } from 'node:stream';

/** The ways to the clusters that requests are passed on to. */
export interface MemberClusters {
  /** Undefined for a cluster that nobody declares. */
  find(cluster: string): MemberCluster | undefined;
}

export interface MemberCluster {
  /** Resolves for answers of any status; rejects with an error whose `kind` says why there is none. */
  send(request: MemberRequest): Promise<MemberAnswer>;
}

export interface MemberRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Readable | undefined;
  /** The protocol to change to. */
  readonly upgrade?: string | undefined;
  /** Whether the answer is expected to go on, so that it takes no connection that others wait for. */
  readonly isLong?: boolean;
  readonly identity: 'declared' | CallerIdentity;
  readonly signal: AbortSignal;
}

/** Credentials that the caller shows for the cluster; nobody without any. PEM, but for the token. */
export interface CallerIdentity {
  readonly token?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly ca?: string;
}

export interface MemberAnswer {
  readonly message: IncomingMessage;
  readonly upgraded?: { readonly socket: Duplex; readonly head: Buffer };
}
