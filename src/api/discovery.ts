import type { DiscoveredGroup, DiscoveredResource, DiscoveredVersion } from './discovered-group.js';

/** Discovery documents as Kubernetes clients read them one by one. */

export function coreVersionsDocument(versions: readonly string[]): object {
  return { kind: 'APIVersions', versions, serverAddressByClientCIDRs: [] };
}

export function groupsDocument(groups: readonly DiscoveredGroup[]): object {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.filter(({ group }) => group !== '').map(describeGroup),
  };
}

export function groupDocument(group: DiscoveredGroup): object {
  return { kind: 'APIGroup', ...legacyApiVersion(group.group), ...describeGroup(group) };
}

export function resourcesDocument(group: string, { version, resources }: DiscoveredVersion): object {
  return {
    kind: 'APIResourceList',
    ...legacyApiVersion(group),
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: resources.map(describeResource),
  };
}

function describeGroup({ group, versions }: DiscoveredGroup): object {
  const described = versions.map(({ version }) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: described, preferredVersion: described[0] };
}

function describeResource(type: DiscoveredResource): object {
  return {
    name: type.resource,
    singularName: type.singularName,
    namespaced: type.namespaced,
    kind: type.kind,
    verbs: type.verbs,
    ...(type.shortNames?.length ? { shortNames: type.shortNames } : {}),
    ...(type.categories?.length ? { categories: type.categories } : {}),
  };
}

/** Clients from before Kubernetes 1.2 choke on the member in the documents of these groups; servers leave it out to this day. */
function legacyApiVersion(group: string): object {
  return group === '' || group === 'extensions' ? {} : { apiVersion: 'v1' };
}
