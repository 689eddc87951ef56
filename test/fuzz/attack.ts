import type { OutgoingHttpHeaders } from 'node:http2';
import type { RandomRequest } from '../api/support/random-request.js';

/** One hostile request, and how its client behaves. */
export type Attack = Http1Attack | Http2Attack;

export interface Http1Attack {
  readonly kind: 'http1';
  /** For people: `continue token`, `broken HTTP`. */
  readonly name: string;
  readonly request: RandomRequest;
  /** In how many pieces it is sent. */
  readonly pieces?: number;
  /** The client goes when it has this many bytes of the answer; until the end unless told. */
  readonly leaveAfter?: number;
}

export interface Http2Attack {
  readonly kind: 'http2';
  readonly name: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string;
  /** When the client resets the stream. */
  readonly cancel: 'never' | 'at once' | 'with the headers' | 'with the first data';
}
