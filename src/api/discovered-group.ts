import type { ResourceInventory } from '@clusterdex/storage-contract';
import { compareGroups } from '../kube/group-order.js';
import { compareVersions } from '../kube/version-order.js';

export interface DiscoveredResource extends ResourceInventory {
  readonly verbs: readonly string[];
}

export interface DiscoveredVersion {
  readonly version: string;
  readonly resources: readonly DiscoveredResource[];
}

export interface DiscoveredGroup {
  /** '' for the core group. */
  readonly group: string;
  /** The preferred one first. */
  readonly versions: readonly DiscoveredVersion[];
}

/** Types by group and version, all in the order in which a kube-apiserver shows them, however they came in. */
export function groupResources(types: readonly ResourceInventory[], canWatch: boolean): readonly DiscoveredGroup[] {
  const groups = new Map<string, Map<string, DiscoveredResource[]>>();
  for (const type of types) {
    const versions = groups.get(type.group) ?? new Map<string, DiscoveredResource[]>();
    groups.set(type.group, versions);
    const resource = { ...type, verbs: verbsOf(type, canWatch) };
    const resources = versions.get(type.version);
    if (resources === undefined) versions.set(type.version, [resource]);
    else resources.push(resource);
  }
  return [...groups]
    .sort(([a], [b]) => compareGroups(a, b))
    .map(([group, versions]) => ({
      group,
      versions: [...versions]
        .sort(([a], [b]) => compareVersions(a, b))
        .map(([version, resources]) => ({ version, resources: resources.sort(byResource) })),
    }));
}

function byResource(a: ResourceInventory, b: ResourceInventory): number {
  return a.resource < b.resource ? -1 : a.resource > b.resource ? 1 : 0;
}

/** Nobody can watch what a kube-apiserver works out anew for each request. */
function verbsOf({ group, resource }: ResourceInventory, canWatch: boolean): readonly string[] {
  const isComputed = group === '' && resource === 'componentstatuses';
  return canWatch && !isComputed ? ['get', 'list', 'watch'] : ['get', 'list'];
}
