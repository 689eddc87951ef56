import type { DiscoveredGroup, DiscoveredResource } from './discovered-group.js';
import { apiGroup, apiVersion } from './request-path.js';

/** What the server itself serves, beside everything that is below `resources`. */
const resources: readonly DiscoveredResource[] = [
  {
    group: apiGroup,
    version: apiVersion,
    resource: 'collectionresources',
    singularName: 'collectionresources',
    namespaced: false,
    kind: 'CollectionResource',
    verbs: ['get', 'list'],
  },
  {
    group: apiGroup,
    version: apiVersion,
    resource: 'resources',
    singularName: 'resources',
    namespaced: false,
    kind: 'Resources',
    verbs: ['get'],
  },
];

export const outerGroup: DiscoveredGroup = { group: apiGroup, versions: [{ version: apiVersion, resources }] };

/** The paths that there are, for who asks at `/`. */
export function indexDocument(): object {
  const base = `/apis/${apiGroup}/${apiVersion}`;
  return {
    paths: [
      '/api',
      '/apis',
      `/apis/${apiGroup}`,
      base,
      `${base}/collectionresources`,
      `${base}/resources/api`,
      `${base}/resources/apis`,
      `${base}/resources/openapi/v2`,
      `${base}/resources/openapi/v3`,
      '/healthz',
      '/livez',
      '/metrics',
      '/openapi/v2',
      '/openapi/v3',
      '/readyz',
      '/version',
    ],
  };
}
