import type { IncomingHttpHeaders } from 'node:http';

export interface ConnectionRequest {
  /** GET unless told. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Parameters that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the answer begins; 30,000 unless told. */
  readonly timeout?: number;
  /** Milliseconds between any two pieces of the body; unlimited unless told. */
  readonly idleTimeout?: number;
}

export interface ConnectionResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /**
   * Read it to its end, or call its `return`, as `break` in a `for await` does, which ends the request. Fails with a ConnectionError. Nothing
   * more is fetched than is read, but for a window of 1 MiB.
   */
  readonly body: AsyncIterableIterator<Buffer>;
}

export interface JsonRequest extends ConnectionRequest {
  /** Milliseconds until all of the answer is there; two minutes unless told. */
  readonly deadline?: number;
  /** 64 MiB unless told. */
  readonly mostBytes?: number;
}

/**
 * The way to one API server: authenticated, kept alive, over few connections (HTTP/2 where the server speaks it). Opens nothing
 * before the first request, and opens anew what broke. Everything rejects with a ConnectionError.
 */
export interface ClusterConnection {
  /** URL of the server, for messages. */
  readonly server: string;
  /** `path` begins with a slash and has no query. Resolves for every status below 400; other answers reject, with `status` and `reason`. */
  request(path: string, options?: ConnectionRequest): Promise<ConnectionResponse>;
  /** The answer as JSON; rejects with `not-an-api-server` for what is none, or is too long, and with `timeout` for what does not end. */
  getJson(path: string, options?: JsonRequest): Promise<unknown>;
  /** How many network connections are open. */
  readonly connections: number;
  /** Ends everything that is under way; later requests are aborted. */
  close(): Promise<void>;
}
