import type { DiscoveredGroup, DiscoveredResource } from './discovered-group.js';
import { discoveredPlugin } from './plugins/plugin-documents.js';
import type { ServedPlugin } from './plugins/served-plugin.js';
import { apiGroup, apiVersion, pluginGroup, pluginVersion } from './request-path.js';

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

const outerGroup: DiscoveredGroup = { group: apiGroup, versions: [{ version: apiVersion, resources }] };

/** What clients learn of the server beside the clusters' resources. */
export interface OuterDiscovery {
  readonly groups: readonly DiscoveredGroup[];
}

/** The group of plugins is told where the plugin has something of its own. */
export function outerDiscovery(plugin: ServedPlugin | undefined): OuterDiscovery {
  return { groups: plugin?.hasOwn ? [outerGroup, discoveredPlugin(plugin.name)] : [outerGroup] };
}

/** The paths that there are, for who asks at `/`. */
export function indexDocument({ groups }: OuterDiscovery): object {
  const base = `/apis/${apiGroup}/${apiVersion}`;
  const plugins = groups.length > 1 ? [`/apis/${pluginGroup}`, `/apis/${pluginGroup}/${pluginVersion}`] : [];
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
      ...plugins,
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
