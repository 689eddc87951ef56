import type { IncomingMessage } from 'node:http';
import type { ProxySettings } from '../../config/proxy-settings.js';
import { createStatus } from '../../kube/status.js';
import { ApiError, badRequest } from '../api-error.js';
import type { RequestTarget, ResourceTarget } from '../request-path.js';
import { withoutForward } from './forward-selector.js';

/** A request that is to be passed on, and where. */
export interface PassageRequest {
  readonly cluster: string;
  /** At the cluster, with its query. */
  readonly path: string;
  /** Of what the cluster calls `/`, at this server. */
  readonly prefix: string;
  /** Undefined for a path that is no resource of Kubernetes, or whatever it is. */
  readonly resource: ResourceTarget | undefined;
  /** Whether it is forwarded only if the resource is one that is followed. */
  readonly syncedOnly: boolean;
  /** Answers only who changes the protocol, as `exec`. */
  readonly upgradeOnly: boolean;
}

/** What it takes of a request to see whether it is passed on. */
export type PassedRequest = Pick<IncomingMessage, 'method' | 'headers'>;

export interface AskedPath {
  readonly target: RequestTarget;
  /** Percent-encoded, as it came, without the query. */
  readonly path: string;
  readonly query: string;
}

const upgradedSubresources: ReadonlySet<string> = new Set(['attach', 'exec', 'portforward']);
/** Those of Kubernetes. TRACE would show what the request was given on its way, credentials of the cluster among it. */
const passedMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const methods: Readonly<Record<string, readonly string[]>> = {
  log: ['GET'],
  exec: ['GET', 'POST'],
  attach: ['GET', 'POST'],
  portforward: ['GET', 'POST'],
  proxy: passedMethods,
};
const forwarded: ReadonlySet<string> = new Set([
  'resource',
  'version',
  'core',
  'groups',
  'group',
  'resources',
  'openapi',
  'health',
]);
const below = '/apis/clusterpedia.io/v1beta1/resources/';

/** Undefined for a request that is answered here. ApiError for one that cannot be passed on. */
export function findPassage(
  request: PassedRequest,
  asked: AskedPath,
  settings: ProxySettings,
): PassageRequest | undefined {
  const found = find(request, asked, settings);
  if (found !== undefined) refuseMethod(request, passedMethods, 'requests that are passed on');
  return found;
}

function find(request: PassedRequest, asked: AskedPath, settings: ProxySettings): PassageRequest | undefined {
  const { target, path } = asked;
  if (!path.startsWith(below) || !('cluster' in target)) return undefined;
  if (target.kind === 'proxy') return settings.proxyPath ? throughProxyPath(asked) : undefined;
  const isForwarded = String(request.headers['x-clusterpedia-forward']).toLowerCase() === 'true';
  const query = isForwarded ? asked.query : forwardedQuery(asked);
  if (query !== undefined && forwarded.has(target.kind)) {
    const resource = target.kind === 'resource' ? target : undefined;
    if (resource !== undefined) refuseSlashes(resource);
    const syncedOnly = resource !== undefined && !settings.unsynced;
    return { ...memberPath({ ...asked, query }, 2), resource, syncedOnly, upgradeOnly: false };
  }
  return target.kind === 'resource' ? throughSubresource(request, { ...asked, target }, settings) : undefined;
}

function throughProxyPath(asked: AskedPath): PassageRequest {
  return { ...memberPath(asked, 3), resource: undefined, syncedOnly: false, upgradeOnly: false };
}

function forwardedQuery({ target, query }: AskedPath): string | undefined {
  return target.kind === 'resource' && target.name === undefined ? withoutForward(query) : undefined;
}

function throughSubresource(
  request: PassedRequest,
  asked: AskedPath & { readonly target: ResourceTarget },
  { subresources }: ProxySettings,
): PassageRequest | undefined {
  const { group, resource, subresource, watch } = asked.target;
  if (subresource === undefined || group !== '' || watch) return undefined;
  const [child = '', ...rest] = subresource.split('/');
  if (subresources.get(resource)?.has(child) !== true || (rest.length > 0 && child !== 'proxy')) return undefined;
  refuseMethod(request, methods[child] ?? [], `${resource}/${child}`);
  refuseSlashes(asked.target);
  const upgradeOnly = upgradedSubresources.has(child);
  return { ...memberPath(asked, 2), resource: asked.target, syncedOnly: true, upgradeOnly };
}

/** What follows the first `skipped` segments below `resources/`: `clusters`, its name, and `proxy`. */
function memberPath(
  { target, path, query }: AskedPath,
  skipped: number,
): Pick<PassageRequest, 'cluster' | 'path' | 'prefix'> {
  const cluster = 'cluster' in target ? target.cluster : undefined;
  if (cluster === undefined) {
    throw badRequest('a request is passed on to one cluster: name it in the path, …/resources/clusters/{cluster}/…');
  }
  let at = below.length - 1;
  for (let left = skipped; left > 0 && at !== -1; left--) at = path.indexOf('/', at + 1);
  const rest = at === -1 ? '' : path.slice(at);
  refuseDots(rest);
  const question = query === '' ? '' : `?${query}`;
  return { cluster, path: `${rest === '' ? '/' : rest}${question}`, prefix: at === -1 ? path : path.slice(0, at) };
}

function refuseMethod({ method = '' }: PassedRequest, supported: readonly string[], what: string): void {
  if (supported.includes(method)) return;
  const message = `${method} is not supported on ${what}; expected ${supported.join(', ')}`;
  throw new ApiError(createStatus({ code: 405, reason: 'MethodNotAllowed', message, details: {} }));
}

/** A cluster decodes a path before it divides it: to it the object would be another than the one that was reviewed. */
function refuseSlashes({ group, version, resource }: ResourceTarget): void {
  if ([group, version, resource].some((segment) => segment.includes('/')))
    throw badRequest('a resource that is passed on has no encoded slashes in its path');
}

/** Whoever cleans the path up behind us could come to another than the one that was looked at here. */
function refuseDots(path: string): void {
  const isClimbing = decodeURIComponent(path)
    .split(/[/\\]/)
    .some((segment) => segment === '.' || segment === '..');
  if (isClimbing) throw badRequest('a path that is passed on has no segments . and ..');
}
