import type { IncomingMessage } from 'node:http';
import { createStatus } from '../kube/status.js';
import { ApiError } from './api-error.js';

/** The body of a request. Takes what is too long to its end: who is still sending does not listen. ApiError 413 then. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on('end', () => (length > limit ? reject(tooLarge(limit)) : resolve(Buffer.concat(chunks))));
    request.on('error', reject);
    request.on('close', () => reject(new Error('the request broke off')));
  });
}

function tooLarge(limit: number): ApiError {
  const message = `Request entity too large: limit is ${limit}`;
  return new ApiError(createStatus({ code: 413, reason: 'RequestEntityTooLarge', message, details: {} }));
}
