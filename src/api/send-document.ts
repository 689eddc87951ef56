import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Document } from './document.js';
import { matchesEntityTag } from './entity-tag.js';

export interface SendDocumentOptions {
  /** Of the request. */
  readonly headers: IncomingHttpHeaders;
  readonly cacheControl?: string;
  readonly expires?: string;
}

/** Answers with a document, or with 304 when the client has it. */
export function sendDocument(response: ServerResponse, document: Document, options: SendDocumentOptions): void {
  if (response.destroyed) return;
  const headers: OutgoingHttpHeaders = {
    'Cache-Control': options.cacheControl ?? 'no-cache, private',
    ETag: document.etag,
    Vary: 'Accept',
  };
  if (options.expires !== undefined) headers.Expires = options.expires;
  if (matchesEntityTag(options.headers['if-none-match'], document.etag)) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  response.writeHead(200, { ...headers, 'Content-Type': document.type, 'Content-Length': document.bytes.length });
  response.end(document.bytes);
}
