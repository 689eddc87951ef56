import type { ServerResponse } from 'node:http';
import { createStatus } from '../../kube/status.js';
import { ApiError } from '../api-error.js';
import { pluginGroup, pluginVersion } from '../request-path.js';

export interface RedirectedRequest {
  readonly plugin: string;
  /** Behind the plugin's name, decoded. */
  readonly segments: readonly string[];
  /** Undefined when nobody knows where it is. */
  readonly activeElsewhere: string | undefined;
}

/** Seconds, in which a lease that nobody holds is taken. */
const retryAfterSeconds = 2;

/** 307 to the same path and query below the URL of the active process; ApiError 503 when that is not known. */
export function redirectToActive(response: ServerResponse, request: RedirectedRequest): void {
  const { plugin, segments, activeElsewhere } = request;
  if (activeElsewhere === undefined) throw nobodyActive(plugin);
  const { url = '' } = response.req;
  const path = ['apis', pluginGroup, pluginVersion, plugin, ...segments].map(encodeURIComponent).join('/');
  const query = url.includes('?') ? url.slice(url.indexOf('?')) : '';
  response.writeHead(307, {
    Location: `${activeElsewhere}/${path}${query}`,
    'Cache-Control': 'no-store',
    'Content-Length': 0,
  });
  response.end();
}

function nobodyActive(plugin: string): ApiError {
  const message = `this process stands by for the plugin ${plugin}, and where the active one serves is not known; try again`;
  const details = { retryAfterSeconds };
  return new ApiError(createStatus({ code: 503, reason: 'ServiceUnavailable', message, details }));
}
