import { requestVerb } from '../../kube/request-verb.js';
import {
  apiGroup,
  apiVersion,
  pluginGroup,
  pluginVersion,
  type RequestTarget,
  type ResourceTarget,
} from '../request-path.js';

/** What a review is about, with the members of a SubjectAccessReview. */
export type Attributes = ResourceAttributes | PathAttributes;

export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Undefined without one; so are the others. */
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

export interface PathAttributes {
  readonly verb: string;
  readonly path: string;
}

const resourcesPath = `/apis/${apiGroup}/${apiVersion}/resources/`;

/** How a kube-apiserver in front of this server sees the request: `path` is percent-encoded and without the query. */
export function outerAttributes(method: string, path: string, target: RequestTarget): Attributes {
  const verb = requestVerb(method);
  const ours = { group: apiGroup, version: apiVersion };
  switch (target.kind) {
    case 'collections':
      return { verb: verb === 'get' ? 'list' : verb, ...ours, resource: 'collectionresources' };
    case 'collection':
      return { verb, ...ours, resource: 'collectionresources', name: target.name };
    case 'clusters': {
      const group = 'cluster.clusterpedia.io';
      return { verb: verb === 'get' ? 'list' : verb, group, version: 'v1alpha2', resource: 'pediaclusters' };
    }
  }
  if (target.kind === 'plugin' && target.plugin !== undefined) {
    const [name, subresource] = target.rest;
    const of = { group: pluginGroup, version: pluginVersion, resource: target.plugin };
    return { verb: verb === 'get' && name === undefined ? 'list' : verb, ...of, name, subresource };
  }
  if (!path.startsWith(resourcesPath)) return { verb: method.toLowerCase(), path };
  const [name, subresource] = path.slice(resourcesPath.length).split('/', 2).map(decode);
  return {
    verb,
    ...ours,
    resource: 'resources',
    ...(name ? { name } : {}),
    ...(subresource ? { subresource } : {}),
  };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export interface ContentScope {
  /** Plural and group of what is read; `*` for everything. */
  readonly resource: string;
  readonly group?: string;
  readonly cluster?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/** The right to read objects of clusters: `pods/prod-eu` in the group of this server; without a cluster in all of them. */
export function contentAttributes(verb: string, scope: ContentScope): ResourceAttributes {
  const { resource, group = '', cluster, namespace, name } = scope;
  return {
    verb,
    group: apiGroup,
    version: apiVersion,
    resource: group === '' ? resource : `${resource}.${group}`,
    ...(cluster === undefined ? {} : { subresource: cluster }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}

/** As the member cluster would see it. */
export function innerAttributes(verb: string, target: ResourceTarget): ResourceAttributes {
  const { group, version, resource, subresource, namespace, name } = target;
  return { verb, group, version, resource, subresource, namespace, name };
}
