import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

export interface TransportRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Uint8Array | undefined;
  /** Ends the request, whatever its state. */
  readonly signal: AbortSignal;
}

export interface TransportAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly stream: Readable;
  /** Behind the end of the stream: whether the server ended it, or something else did. */
  readonly isComplete: () => boolean;
}

/** Requests over one HTTP version. Rejects with whatever Node's modules reject with. */
export interface Transport {
  request(request: TransportRequest): Promise<TransportAnswer>;
  /** Connections that are open. */
  readonly connections: number;
  /** Resolves when they are closed. */
  close(): Promise<void>;
}
