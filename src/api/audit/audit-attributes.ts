import { requestVerb } from '../../kube/request-verb.js';
import { apiGroup, apiVersion, pluginGroup, pluginVersion, type RequestTarget } from '../request-path.js';
import type { ObjectReference } from './audit-event.js';

/** What a kube-apiserver calls a request like this one. */
export function auditVerb(method: string, target: RequestTarget, query: string): string {
  const { kind } = target;
  if (kind === 'collections' || kind === 'clusters')
    return method === 'GET' || method === 'HEAD' ? 'list' : requestVerb(method);
  if (kind === 'collection' || (kind === 'plugin' && target.plugin !== undefined)) return requestVerb(method);
  if (kind !== 'resource') return method.toLowerCase();
  if (method !== 'GET' && method !== 'HEAD') {
    return method === 'DELETE' && target.name === undefined ? 'deletecollection' : requestVerb(method);
  }
  if (target.watch || /(?:^|&)watch=(?:1|t|true)(?:&|$)/i.test(query)) return 'watch';
  return target.name === undefined ? 'list' : 'get';
}

/** What a request is about; undefined for a path that is no resource. */
export function objectReference(target: RequestTarget): ObjectReference | undefined {
  switch (target.kind) {
    case 'resource': {
      const { resource, namespace, name, group, version, subresource } = target;
      return {
        resource,
        namespace,
        name,
        ...(group === '' ? {} : { apiGroup: group }),
        apiVersion: version,
        subresource,
      };
    }
    case 'collections':
      return { resource: 'collectionresources', apiGroup, apiVersion };
    case 'collection':
      return { resource: 'collectionresources', name: target.name, apiGroup, apiVersion };
    case 'clusters':
      return { resource: 'pediaclusters', apiGroup: 'cluster.clusterpedia.io', apiVersion: 'v1alpha2' };
    case 'plugin': {
      const [name, subresource] = target.rest;
      if (target.plugin === undefined) return undefined;
      return { resource: target.plugin, name, apiGroup: pluginGroup, apiVersion: pluginVersion, subresource };
    }
    default:
      return undefined;
  }
}
