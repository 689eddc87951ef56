import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Status } from '../kube/status.js';

/** Answers with a whole document. */
export function sendJson(response: ServerResponse, bytes: Uint8Array, warning?: string): void {
  if (response.destroyed) return;
  const headers: OutgoingHttpHeaders = {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-cache, private',
    'Content-Length': bytes.length,
  };
  if (warning !== undefined) headers.Warning = warning;
  response.writeHead(200, headers);
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
  const bytes = Buffer.from(`${JSON.stringify(status)}\n`);
  const headers: OutgoingHttpHeaders = {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-cache, private',
    'Content-Length': bytes.length,
  };
  if (warning !== undefined) headers.Warning = warning;
  if (code === 405) headers.Allow = 'GET, HEAD';
  if (details?.retryAfterSeconds !== undefined) headers['Retry-After'] = details.retryAfterSeconds;
  response.writeHead(code, headers);
  response.end(bytes);
}
