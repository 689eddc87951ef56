import { isBuiltinGroup } from '../kube/group-order.js';
import type { DiscoveredGroup, DiscoveredResource } from './discovered-group.js';

/** An APIGroupDiscoveryList: everything that discovery says of the groups, at once. `version` is that of apidiscovery.k8s.io. */
export function aggregatedDocument(groups: readonly DiscoveredGroup[], version: string): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versions.map(({ version: name, resources }) => ({
        version: name,
        resources: resources.map(describeResource),
        // What is stored is all that there is to ask for, however old it may be: to a client it is current.
        freshness: 'Current',
      })),
    })),
  };
}

function describeResource(type: DiscoveredResource): object {
  // An empty group and version stand for those of the document; a kube-apiserver fills them in for custom resources alone.
  const { group, version } = isBuiltinGroup(type.group) ? { group: '', version: '' } : type;
  return {
    resource: type.resource,
    responseKind: { group, version, kind: type.kind },
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singularName,
    verbs: type.verbs,
    ...(type.shortNames?.length ? { shortNames: type.shortNames } : {}),
    ...(type.categories?.length ? { categories: type.categories } : {}),
  };
}
