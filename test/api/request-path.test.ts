import { describe, expect, it } from '@jest/globals';
import { parseRequestPath } from '../../src/api/request-path.js';

const base = '/apis/clusterpedia.io/v1beta1';
const all = `${base}/resources`;
const one = `${base}/resources/clusters/prod`;

function resource(fields: object) {
  return {
    kind: 'resource',
    cluster: undefined,
    group: '',
    version: 'v1',
    namespace: undefined,
    name: undefined,
    subresource: undefined,
    watch: false,
    ...fields,
  };
}

const cases: readonly (readonly [path: string, target: object])[] = [
  ['/', { kind: 'index' }],
  ['/api', { kind: 'outerCore' }],
  ['/api/', { kind: 'outerCore' }],
  ['/api/v1', { kind: 'unknown' }],
  ['/apis', { kind: 'outerGroups' }],
  ['/apis/', { kind: 'outerGroups' }],
  ['/apis/apps', { kind: 'unknown' }],
  ['/apis/clusterpedia.io', { kind: 'outerGroup' }],
  ['/apis/clusterpedia.io/v1', { kind: 'unknown' }],
  [base, { kind: 'outerResources' }],
  [`${base}/`, { kind: 'outerResources' }],
  ['/version', { kind: 'outerVersion' }],
  ['/version/x', { kind: 'unknown' }],
  ['/metrics', { kind: 'metrics' }],
  ['/metrics/slis', { kind: 'unknown' }],
  ['/healthz', { kind: 'health', endpoint: 'healthz', check: undefined }],
  ['/readyz/storage', { kind: 'health', endpoint: 'readyz', check: 'storage' }],
  ['/readyz/storage/x', { kind: 'unknown' }],
  ['/nope', { kind: 'unknown' }],
  ['/apis/cluster.clusterpedia.io/v1alpha2/pediaclusters', { kind: 'clusters' }],
  [`${base}/collectionresources`, { kind: 'collections' }],
  [`${base}/collectionresources/`, { kind: 'collections' }],
  [`${base}/collectionresources/any`, { kind: 'collection', name: 'any' }],
  [`${base}/collectionresources/any/x`, { kind: 'unknown' }],
  [all, { kind: 'unknown' }],
  [`${all}/`, { kind: 'unknown' }],
  [`${all}/clusters`, { kind: 'unknown' }],
  [`${all}/clusters/`, { kind: 'unknown' }],
  [one, { kind: 'unknown' }],
  [`${one}/`, { kind: 'unknown' }],
  [`${all}/nope`, { kind: 'unknown' }],
  ['/openapi', { kind: 'unknown' }],
  ['/openapi/v2', { kind: 'openapi', root: 'outer', cluster: undefined, document: 'v2' }],
  ['/openapi/v2/api', { kind: 'unknown' }],
  ['/openapi/v3', { kind: 'openapi', root: 'outer', cluster: undefined, document: 'v3' }],
  ['/openapi/v3/', { kind: 'openapi', root: 'outer', cluster: undefined, document: 'v3' }],
  ['/openapi/v4', { kind: 'unknown' }],
  ['/openapi/v3/api', { kind: 'unknown' }],
  ['/openapi/v3/apis/apps', { kind: 'unknown' }],
  ['/openapi/v3/nope/a/b', { kind: 'unknown' }],
  [
    '/openapi/v3/apis/clusterpedia.io/v1beta1',
    { kind: 'openapi', root: 'outer', cluster: undefined, document: 'v3/apis/clusterpedia.io/v1beta1' },
  ],
  [`${all}/openapi/v3`, { kind: 'openapi', root: 'inner', cluster: undefined, document: 'v3' }],
  [`${one}/openapi/v2`, { kind: 'openapi', root: 'inner', cluster: 'prod', document: 'v2' }],
  [`${one}/openapi/v3/api/v1`, { kind: 'openapi', root: 'inner', cluster: 'prod', document: 'v3/api/v1' }],
  [`${one}/openapi/v3/apis/apps/v1`, { kind: 'openapi', root: 'inner', cluster: 'prod', document: 'v3/apis/apps/v1' }],
  [`${one}/openapi/v3/apis/a%2Fb/v1`, { kind: 'unknown' }],
  [`${one}/openapi/v3/apis/apps/v1/deployments`, { kind: 'unknown' }],
  [`${all}/version`, { kind: 'version', cluster: undefined }],
  [`${one}/version`, { kind: 'version', cluster: 'prod' }],
  [`${one}/readyz`, { kind: 'health', endpoint: 'readyz', check: undefined }],
  [`${all}/livez/ping`, { kind: 'health', endpoint: 'livez', check: 'ping' }],
  [`${all}/api`, { kind: 'core', cluster: undefined }],
  [`${one}/api/`, { kind: 'core', cluster: 'prod' }],
  [`${all}/api/v1`, { kind: 'resources', cluster: undefined, group: '', version: 'v1' }],
  [`${all}/apis/`, { kind: 'groups', cluster: undefined }],
  [`${one}/apis`, { kind: 'groups', cluster: 'prod' }],
  [`${one}/apis/apps`, { kind: 'group', cluster: 'prod', group: 'apps' }],
  [`${one}/apis/apps/v1/`, { kind: 'resources', cluster: 'prod', group: 'apps', version: 'v1' }],
  [`${all}/api/v1/pods`, resource({ resource: 'pods' })],
  [`${all}/api/v1/pods/`, resource({ resource: 'pods' })],
  [`${one}/api/v1/pods`, resource({ cluster: 'prod', resource: 'pods' })],
  [`${one}/api/v1/pods/x`, resource({ cluster: 'prod', resource: 'pods', name: 'x' })],
  [`${one}/api/v1/namespaces`, resource({ cluster: 'prod', resource: 'namespaces' })],
  [`${one}/api/v1/namespaces/shop`, resource({ cluster: 'prod', resource: 'namespaces', name: 'shop' })],
  [
    `${one}/api/v1/namespaces/shop/status`,
    resource({ cluster: 'prod', resource: 'namespaces', name: 'shop', subresource: 'status' }),
  ],
  [`${all}/api/v1/namespaces/shop/pods`, resource({ resource: 'pods', namespace: 'shop' })],
  [
    `${one}/api/v1/namespaces/shop/pods/x`,
    resource({ cluster: 'prod', resource: 'pods', namespace: 'shop', name: 'x' }),
  ],
  [
    `${one}/api/v1/namespaces/shop/pods/x/log`,
    resource({ cluster: 'prod', resource: 'pods', namespace: 'shop', name: 'x', subresource: 'log' }),
  ],
  [
    `${one}/api/v1/namespaces/shop/pods/x/proxy/a/b`,
    resource({ cluster: 'prod', resource: 'pods', namespace: 'shop', name: 'x', subresource: 'proxy/a/b' }),
  ],
  [
    `${all}/apis/apps/v1/namespaces/shop/deployments`,
    resource({ group: 'apps', resource: 'deployments', namespace: 'shop' }),
  ],
  [
    `${one}/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode`,
    resource({ cluster: 'prod', group: 'rbac.authorization.k8s.io', resource: 'clusterroles', name: 'system:node' }),
  ],
  [
    `${one}/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node`,
    resource({ cluster: 'prod', group: 'rbac.authorization.k8s.io', resource: 'clusterroles', name: 'system:node' }),
  ],
  [`${all}/api/v1/watch/pods`, resource({ resource: 'pods', watch: true })],
  [
    `${one}/api/v1/watch/namespaces/shop/pods`,
    resource({ cluster: 'prod', resource: 'pods', namespace: 'shop', watch: true }),
  ],
  [`${all}/api/v1/watch`, resource({ resource: 'watch' })],
  // What nobody writes, and somebody sends.
  ['', { kind: 'unknown' }],
  ['*', { kind: 'unknown' }],
  ['//', { kind: 'index' }],
  ['http://127.0.0.1/healthz', { kind: 'unknown' }],
  [`${all}//api/v1/pods`, { kind: 'unknown' }],
  [`${all}/api/v1//pods`, { kind: 'unknown' }],
  [`${all}/api/v1/pods//`, { kind: 'unknown' }],
  [`${all}/../../../healthz`, { kind: 'unknown' }],
  [`${one}/api/v1/pods/%`, { kind: 'malformed', message: 'the path is not percent-encoded UTF-8' }],
  [`${one}/api/v1/pods/%C3`, { kind: 'malformed', message: 'the path is not percent-encoded UTF-8' }],
  [`${one}/api/v1/pods/%zz`, { kind: 'malformed', message: 'the path is not percent-encoded UTF-8' }],
  [`${one}/api/v1/pods/a%2Fb`, { kind: 'malformed', message: 'Name parameter invalid: "a/b"' }],
  [`${one}/api/v1/pods/..`, { kind: 'malformed', message: 'Name parameter invalid: ".."' }],
  [`${one}/api/v1/pods/%2e`, { kind: 'malformed', message: 'Name parameter invalid: "."' }],
  [`${one}/api/v1/pods/a%00b`, { kind: 'malformed', message: 'Name parameter invalid: "a\\u0000b"' }],
  [`${one}/api/v1/pods/a%25b`, { kind: 'malformed', message: 'Name parameter invalid: "a%b"' }],
  [`${one}/api/v1/namespaces/%2F/pods`, { kind: 'malformed', message: 'Name parameter invalid: "/"' }],
];

describe('the path of a request', () => {
  it.each(cases)('%s', (path, target) => {
    expect(parseRequestPath(path)).toEqual(target);
  });
});
