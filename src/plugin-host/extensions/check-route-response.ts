import type { RouteResponse } from '@clusterdex/storage-contract';

/** Those that do not say how the answer is carried, who is asked, or what a browser may do. */
const allowedHeaders: ReadonlySet<string> = new Set([
  'cache-control',
  'content-disposition',
  'content-type',
  'etag',
  'last-modified',
  'link',
  'location',
  'retry-after',
  'vary',
  'warning',
]);

/** What is wrong with the answer of a route, if anything. */
export function checkRouteResponse(response: RouteResponse): string | undefined {
  if (typeof response !== 'object' || response === null) return 'answered no response';
  const { status = 200, headers = {}, body, json } = response;
  if (!Number.isInteger(status) || status < 200 || status > 599)
    return 'answered a status that is none from 200 to 599';
  if (json !== undefined && body !== undefined) return 'answered both json and body';
  if (body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array))
    return 'answered a body that is neither text nor bytes';
  if ((status === 204 || status === 304) && (json !== undefined || body !== undefined))
    return `answered ${status} with a body`;
  if (typeof headers !== 'object' || headers === null) return 'answered headers that are no object';
  for (const [name, value] of Object.entries(headers)) {
    if (!allowedHeaders.has(name.toLowerCase()) && !/^x-[a-z0-9-]+$/i.test(name))
      return `answered the header ${JSON.stringify(name)}, which a route cannot set`;
    if (typeof value !== 'string' || /[^\t\x20-\x7e\x80-\xff]/.test(value))
      return `answered a value of the header ${name} that is none`;
  }
  return undefined;
}
