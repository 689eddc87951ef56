import type { ResourceInventory } from '@clusterdex/storage-contract';
import type { ClusterView } from './cluster-view.js';
import { apiGroup, apiVersion } from './request-path.js';
import { compareVersions } from './version-order.js';

/** Discovery documents as Kubernetes clients read them before aggregated discovery; each is one line of JSON. */

export function coreVersionsDocument(): Buffer {
  return document({ kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] });
}

export function outerCoreVersionsDocument(): Buffer {
  return document({ kind: 'APIVersions', versions: [], serverAddressByClientCIDRs: [] });
}

export function groupsDocument(view: ClusterView): Buffer {
  const groups = [...versionsByGroup(view)].filter(([group]) => group !== '');
  groups.sort(([a], [b]) => (a < b ? -1 : 1));
  return document({
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups.map(([group, versions]) => describeGroup(group, versions)),
  });
}

/** Undefined for a group of which nothing is stored. */
export function groupDocument(view: ClusterView, group: string): Buffer | undefined {
  const versions = group === '' ? undefined : versionsByGroup(view).get(group);
  if (versions === undefined) return undefined;
  return document({ kind: 'APIGroup', ...legacyApiVersion(group), ...describeGroup(group, versions) });
}

/** Undefined for a version of which nothing is stored; core v1 is always there, because `/api` always says so. */
export function resourcesDocument(
  view: ClusterView,
  { group, version }: { readonly group: string; readonly version: string },
  verbs: readonly string[],
): Buffer | undefined {
  const resources = view.resources.filter((type) => type.group === group && type.version === version);
  if (resources.length === 0 && !(group === '' && version === 'v1')) return undefined;
  resources.sort((a, b) => (a.resource < b.resource ? -1 : 1));
  return document({
    kind: 'APIResourceList',
    ...legacyApiVersion(group),
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources: resources.map((type) => describeResource(type, verbs)),
  });
}

export function outerGroupsDocument(): Buffer {
  return document({ kind: 'APIGroupList', apiVersion: 'v1', groups: [describeGroup(apiGroup, [apiVersion])] });
}

export function outerGroupDocument(): Buffer {
  return document({ kind: 'APIGroup', apiVersion: 'v1', ...describeGroup(apiGroup, [apiVersion]) });
}

export function outerResourcesDocument(): Buffer {
  return document({
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: `${apiGroup}/${apiVersion}`,
    resources: [
      {
        name: 'collectionresources',
        singularName: 'collectionresources',
        namespaced: false,
        kind: 'CollectionResource',
        verbs: ['get', 'list'],
      },
      { name: 'resources', singularName: 'resources', namespaced: false, kind: 'Resources', verbs: ['get'] },
    ],
  });
}

export function indexDocument(): Buffer {
  const base = `/apis/${apiGroup}/${apiVersion}`;
  return document({
    paths: [
      '/api',
      '/apis',
      `/apis/${apiGroup}`,
      base,
      `${base}/collectionresources`,
      `${base}/resources/api`,
      `${base}/resources/apis`,
      '/healthz',
      '/livez',
      '/metrics',
      '/readyz',
      '/version',
    ],
  });
}

function versionsByGroup(view: ClusterView): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { group, version } of view.resources) {
    const versions = groups.get(group);
    if (versions === undefined) groups.set(group, [version]);
    else if (!versions.includes(version)) versions.push(version);
  }
  for (const versions of groups.values()) versions.sort(compareVersions);
  return groups;
}

function describeGroup(group: string, versions: readonly string[]): object {
  const described = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: described, preferredVersion: described[0] };
}

function describeResource(type: ResourceInventory, verbs: readonly string[]): object {
  return {
    name: type.resource,
    singularName: type.singularName,
    namespaced: type.namespaced,
    kind: type.kind,
    verbs,
    ...(type.shortNames?.length ? { shortNames: type.shortNames } : {}),
    ...(type.categories?.length ? { categories: type.categories } : {}),
  };
}

/** Clients from before Kubernetes 1.2 choke on the member in the documents of these groups; servers leave it out to this day. */
function legacyApiVersion(group: string): object {
  return group === '' || group === 'extensions' ? {} : { apiVersion: 'v1' };
}

function document(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}
