import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Status } from '../kube/status.js';
import { beginAnswer } from './answer-body.js';
import { formOf, statusEncoding } from './answer-form.js';
import { shouldCompress } from './compression.js';
import { documentOffer } from './negotiate.js';

/** Answers with a whole document, in the encoding that the client wants. ApiError 406 when there is none. */
export function sendJson(response: ServerResponse, json: Uint8Array, warning?: string): void {
  const { encoding } = formOf(response.req, documentOffer);
  sendBytes(response, encoding.document(json), { type: encoding.contentType, warning });
}

export interface ByteContent {
  /** Of Content-Type. */
  readonly type: string;
  /** 200 unless told. */
  readonly code?: number;
  readonly warning?: string | undefined;
}

/** Answers with a whole document that is encoded already. */
export function sendBytes(
  response: ServerResponse,
  bytes: Uint8Array,
  { type, code = 200, warning }: ByteContent,
): void {
  if (response.destroyed) return;
  const headers: OutgoingHttpHeaders = { 'Content-Type': type, 'Cache-Control': 'no-cache, private' };
  if (warning !== undefined) headers.Warning = warning;
  if (code === 200 && shouldCompress(response.req, bytes.length)) {
    beginAnswer(response, { headers, size: bytes.length, isWhole: true }).end([{ bytes }]);
    return;
  }
  headers['Content-Length'] = bytes.length;
  response.writeHead(code, headers);
  response.end(bytes);
}

export interface PlainText {
  readonly text: string;
  readonly type?: string;
}

export function sendText(response: ServerResponse, code: number, content: PlainText): void {
  if (response.destroyed) return;
  const { text, type = 'text/plain; charset=utf-8' } = content;
  const bytes = Buffer.from(text);
  response.writeHead(code, {
    'Content-Type': type,
    'Cache-Control': 'no-cache, private',
    'Content-Length': bytes.length,
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(bytes);
}

/** Answers with a Status. Where an answer has begun already, only breaking the connection keeps it from passing for a whole one. */
export function sendStatus(response: ServerResponse, status: Status, warning?: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (response.destroyed) return;
  const { code, details } = status;
  const encoding = statusEncoding(response.req);
  const bytes = encoding.document(Buffer.from(`${JSON.stringify(status)}\n`));
  const headers: OutgoingHttpHeaders = {
    'Content-Type': encoding.contentType,
    'Cache-Control': 'no-cache, private',
    'Content-Length': bytes.length,
  };
  if (warning !== undefined) headers.Warning = warning;
  if (code === 405 && !response.hasHeader('Allow')) headers.Allow = 'GET, HEAD';
  // It repeats what the client has sent.
  if (code === 403) headers['X-Content-Type-Options'] = 'nosniff';
  if (details?.retryAfterSeconds !== undefined) headers['Retry-After'] = details.retryAfterSeconds;
  response.writeHead(code, headers);
  response.end(bytes);
}
