import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../../config/listen-address.js';
import { createStatus } from '../../kube/status.js';
import { ApiError } from '../api-error.js';

export interface PluginCaller {
  /** Whether somebody who knows rights has allowed the request; false where everybody may everything. */
  readonly isReviewed: boolean;
}

/**
 * Whether a request may change something: somebody has to have allowed it, or it comes from this machine; and never from a web page of
 * another origin, for which a browser sends it. ApiError 403 otherwise.
 */
export function requireWriter(request: IncomingMessage, { isReviewed }: PluginCaller): void {
  requireOwnOrigin(request);
  if (isReviewed) return;
  const address = request.socket.remoteAddress ?? '';
  if (!isLoopback(address.replace(/^::ffff:/, '')))
    throw forbidden('what changes something is for clients on the same machine, where no rights are reviewed');
}

/** Refuses what a web page of another origin makes a browser send. */
export function requireOwnOrigin({ headers }: IncomingMessage): void {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw forbidden(`a page of another origin (Sec-Fetch-Site: ${site}) cannot ask for this`);
  if (origin === undefined) return;
  const authority = host ?? headers[':authority'];
  if (typeof authority !== 'string' || !URL.canParse(origin) || new URL(origin).host !== authority.toLowerCase())
    throw forbidden('a page of another origin cannot ask for this');
}

function forbidden(message: string): ApiError {
  return new ApiError(createStatus({ code: 403, reason: 'Forbidden', message, details: {} }));
}
