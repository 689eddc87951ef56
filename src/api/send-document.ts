import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { compressionLevel, shouldCompress } from './compression.js';
import type { Document } from './document.js';
import { matchesEntityTag } from './entity-tag.js';

export interface SendDocumentOptions {
  readonly cacheControl?: string;
  readonly expires?: string;
}

const compress = promisify(gzip);

/** Answers with a document, compressed for who takes it so, or with 304 when the client has it. */
export async function sendDocument(
  response: ServerResponse,
  document: Document,
  { cacheControl = 'no-cache, private', expires }: SendDocumentOptions = {},
): Promise<void> {
  if (response.destroyed) return;
  const headers: OutgoingHttpHeaders = {
    'Cache-Control': cacheControl,
    ETag: document.etag,
    Vary: 'Accept, Accept-Encoding',
  };
  if (expires !== undefined) headers.Expires = expires;
  if (matchesEntityTag(response.req.headers['if-none-match'], document.etag)) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  headers['Content-Type'] = document.type;
  let bytes = document.bytes;
  if (shouldCompress(response.req, bytes.length)) {
    bytes = await compress(bytes, { level: compressionLevel });
    if (response.destroyed) return;
    headers['Content-Encoding'] = 'gzip';
  }
  response.writeHead(200, { ...headers, 'Content-Length': bytes.length });
  response.end(bytes);
}
