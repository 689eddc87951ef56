/** The group and version under which everything of ours lives. */
export const apiGroup = 'clusterpedia.io';
export const apiVersion = 'v1beta1';

/** Below which plugins answer. */
export const pluginGroup = 'plugins.clusterdex.io';
export const pluginVersion = 'v1';

export type HealthEndpoint = 'healthz' | 'livez' | 'readyz';

export interface ResourceTarget {
  readonly kind: 'resource';
  readonly cluster: string | undefined;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** The deprecated `/watch/` in front of the resource. */
  readonly watch: boolean;
}

export interface OpenapiTarget {
  readonly kind: 'openapi';
  /** Of the server itself, or of what is below `resources`. */
  readonly root: 'outer' | 'inner';
  readonly cluster: string | undefined;
  /** What follows `openapi/`: `v2`, `v3`, `v3/api/v1`, `v3/apis/apps/v1`. */
  readonly document: string;
}

/** The group of plugins, its version, or what is served of one. */
export interface PluginTarget {
  readonly kind: 'plugin';
  /** Undefined for the group and its version. */
  readonly plugin: string | undefined;
  readonly depth: 'group' | 'version' | 'plugin';
  /** Decoded segments behind the name of the plugin. */
  readonly rest: readonly string[];
}

/** What a path asks for. Below `resources`, `cluster` is the one that the path names, undefined for all. */
export type RequestTarget =
  | { readonly kind: 'metrics' | 'clusters' }
  | { readonly kind: 'index' | 'outerVersion' | 'outerCore' | 'outerGroups' | 'outerGroup' | 'outerResources' }
  | OpenapiTarget
  | { readonly kind: 'health'; readonly endpoint: HealthEndpoint; readonly check: string | undefined }
  | { readonly kind: 'collections' }
  | { readonly kind: 'collection'; readonly name: string }
  | { readonly kind: 'version'; readonly cluster: string | undefined }
  | { readonly kind: 'core' | 'groups'; readonly cluster: string | undefined }
  | { readonly kind: 'group'; readonly cluster: string | undefined; readonly group: string }
  | {
      readonly kind: 'resources';
      readonly cluster: string | undefined;
      readonly group: string;
      readonly version: string;
    }
  | ResourceTarget
  | PluginTarget
  /** Whatever follows is a path of the cluster. */
  | { readonly kind: 'proxy'; readonly cluster: string | undefined }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'malformed'; readonly message: string };

/** Where Clusterpedia's clients list the clusters. */
export const clustersPath = 'apis/cluster.clusterpedia.io/v1alpha2/pediaclusters';

const unknown: RequestTarget = { kind: 'unknown' };
const resourcesPrefix = `/apis/${apiGroup}/${apiVersion}/resources/`;

/** `path` is percent-encoded and without the query. One slash at the end is ignored, an empty segment elsewhere is unknown. */
export function parseRequestPath(path: string): RequestTarget {
  const inner = path.startsWith(resourcesPrefix);
  const segments = splitPath(path, inner ? resourcesPrefix.length : 1);
  if (segments === undefined) return { kind: 'malformed', message: 'the path is not percent-encoded UTF-8' };
  if (path.charCodeAt(0) !== 0x2f || segments.includes('')) return unknown;
  return inner ? parseBelowResources(segments) : parseOuter(segments);
}

function splitPath(path: string, start: number): string[] | undefined {
  const end = path.length > start && path.endsWith('/') ? path.length - 1 : path.length;
  if (end <= start) return [];
  const segments = path.slice(start, end).split('/');
  if (!path.includes('%')) return segments;
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function parseOuter(segments: readonly string[]): RequestTarget {
  const [first, second, third, fourth, fifth] = segments;
  switch (first) {
    case undefined:
      return { kind: 'index' };
    case 'healthz':
    case 'livez':
    case 'readyz':
      return parseHealth(first, segments);
    case 'metrics':
      return segments.length === 1 ? { kind: 'metrics' } : unknown;
    case 'version':
      return segments.length === 1 ? { kind: 'outerVersion' } : unknown;
    case 'api':
      return segments.length === 1 ? { kind: 'outerCore' } : unknown;
    case 'openapi':
      return parseOpenapi(segments.slice(1), { root: 'outer', cluster: undefined });
    case 'apis':
      break;
    default:
      return unknown;
  }
  if (second === undefined) return { kind: 'outerGroups' };
  if (second === pluginGroup) return parsePlugin(segments.slice(2));
  if (second !== apiGroup) return segments.join('/') === clustersPath ? { kind: 'clusters' } : unknown;
  if (third === undefined) return { kind: 'outerGroup' };
  if (third !== apiVersion) return unknown;
  if (fourth === undefined) return { kind: 'outerResources' };
  if (fourth !== 'collectionresources' || segments.length > 5) return unknown;
  return fifth === undefined ? { kind: 'collections' } : { kind: 'collection', name: fifth };
}

function parsePlugin([version, plugin, ...rest]: readonly string[]): RequestTarget {
  if (version === undefined) return { kind: 'plugin', plugin: undefined, depth: 'group', rest };
  if (version !== pluginVersion) return unknown;
  for (const segment of rest) {
    const invalid = invalidSegment(segment);
    if (invalid !== undefined) return invalid;
  }
  return { kind: 'plugin', plugin, depth: plugin === undefined ? 'version' : 'plugin', rest };
}

function parseOpenapi(segments: readonly string[], owner: Pick<OpenapiTarget, 'root' | 'cluster'>): RequestTarget {
  if (segments.some((segment) => segment.includes('/'))) return unknown;
  const [version, root] = segments;
  const depth = segments.length;
  const known =
    version === 'v2'
      ? depth === 1
      : version === 'v3' && (depth === 1 || (root === 'api' && depth === 3) || (root === 'apis' && depth === 4));
  return known ? { kind: 'openapi', ...owner, document: segments.join('/') } : unknown;
}

function parseHealth(endpoint: HealthEndpoint, segments: readonly string[]): RequestTarget {
  return segments.length > 2 ? unknown : { kind: 'health', endpoint, check: segments[1] };
}

function parseBelowResources(segments: readonly string[]): RequestTarget {
  if (segments[0] !== 'clusters') return parseInner(segments, 0, undefined);
  return segments.length < 3 ? unknown : parseInner(segments, 2, segments[1]);
}

function parseInner(segments: readonly string[], at: number, cluster: string | undefined): RequestTarget {
  const first = segments[at];
  const depth = segments.length - at;
  switch (first) {
    case 'api': {
      const version = segments[at + 1];
      if (version === undefined) return { kind: 'core', cluster };
      if (depth === 2) return { kind: 'resources', cluster, group: '', version };
      return parseResource(segments, at + 2, { cluster, group: '', version });
    }
    case 'apis': {
      const group = segments[at + 1];
      const version = segments[at + 2];
      if (group === undefined) return { kind: 'groups', cluster };
      if (version === undefined) return { kind: 'group', cluster, group };
      if (depth === 3) return { kind: 'resources', cluster, group, version };
      return parseResource(segments, at + 3, { cluster, group, version });
    }
    case 'openapi':
      return parseOpenapi(segments.slice(at + 1), { root: 'inner', cluster });
    case 'version':
      return depth === 1 ? { kind: 'version', cluster } : unknown;
    case 'proxy':
      return { kind: 'proxy', cluster };
    case 'healthz':
    case 'livez':
    case 'readyz':
      return depth > 2 ? unknown : { kind: 'health', endpoint: first, check: segments[at + 1] };
    default:
      return unknown;
  }
}

interface ResourceRoot {
  readonly cluster: string | undefined;
  readonly group: string;
  readonly version: string;
}

const namespaceSubresources = new Set(['status', 'finalize']);

function parseResource(segments: readonly string[], start: number, root: ResourceRoot): RequestTarget {
  const watch = segments[start] === 'watch' && segments.length > start + 1;
  let at = watch ? start + 1 : start;
  let namespace: string | undefined;
  const third = segments[at + 2];
  if (segments[at] === 'namespaces' && third !== undefined && !namespaceSubresources.has(third)) {
    namespace = segments[at + 1];
    at += 2;
  }
  const name = segments[at + 1];
  const invalid = invalidSegment(namespace) ?? invalidSegment(name);
  if (invalid !== undefined) return invalid;
  return {
    kind: 'resource',
    cluster: root.cluster,
    group: root.group,
    version: root.version,
    resource: segments[at] ?? '',
    namespace,
    name,
    subresource: segments.length > at + 2 ? segments.slice(at + 2).join('/') : undefined,
    watch,
  };
}

/** Kubernetes allows no such names, so no object can have one; and a storage need not wonder about control characters. */
function invalidSegment(segment: string | undefined): RequestTarget | undefined {
  if (segment === undefined || !/^\.{1,2}$|[/%\p{Cc}]/u.test(segment)) return undefined;
  return { kind: 'malformed', message: `Name parameter invalid: ${JSON.stringify(segment)}` };
}
