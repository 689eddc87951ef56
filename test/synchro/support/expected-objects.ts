import type { ResourceInventory } from '@clusterdex/storage-contract';
import type { ApiServer } from '../../support/api-server.js';
import type { SyncDump } from './sync-program.js';

type Members = Record<string, unknown>;

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const clusterName = 'shadow.clusterpedia.io/cluster-name';

export interface FollowedCluster {
  readonly name: string;
  readonly server: ApiServer;
}

/** What has to be stored of the clusters, by `cluster resource namespace/name`: as they list it, but for pruning and annotation. */
export async function expectedObjects(
  clusters: readonly FollowedCluster[],
  types: readonly ResourceInventory[],
): Promise<ReadonlyMap<string, string>> {
  const expected = new Map<string, string>();
  for (const { name, server } of clusters) {
    for (const type of types) {
      const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
      for (const item of await server.client.items(listPath(type))) {
        if (isHeartbeat(type.resource, item)) continue;
        expected.set(
          keyOf(name, type.resource, item),
          storedForm(item, { apiVersion, kind: type.kind, cluster: name }),
        );
      }
    }
  }
  return expected;
}

/** What is wrong of a dump, in words; undefined when it is what is expected. */
export function compareDump(dump: SyncDump, expected: ReadonlyMap<string, string>): string | undefined {
  const found = new Map<string, string>();
  for (const { cluster, resource, json } of dump.objects) {
    const object = JSON.parse(json) as Members;
    if (isHeartbeat(resource, object as never)) continue;
    const key = keyOf(cluster, resource, object as never);
    if (found.has(key)) return `${key} is stored twice`;
    found.set(key, JSON.stringify(object));
  }
  const missing = [...expected.keys()].filter((key) => !found.has(key));
  if (missing.length > 0) return `${missing.length} of ${expected.size} objects are not stored, such as ${missing[0]}`;
  const gone = [...found.keys()].filter((key) => !expected.has(key));
  if (gone.length > 0) return `${gone.length} objects are stored that are gone, such as ${gone[0]}`;
  for (const [key, json] of expected) {
    if (found.get(key) !== json) return `${key} is stored as\n${found.get(key)}\nand is\n${json}`;
  }
  return undefined;
}

export function listPath({ group, version, resource }: ResourceInventory): string {
  return group === '' ? `/api/${version}/${resource}` : `/apis/${group}/${version}/${resource}`;
}

/** API servers renew these whenever they like, between two looks too. */
function isHeartbeat(resource: string, { metadata }: { metadata: { namespace?: string } }): boolean {
  return resource === 'leases' && metadata.namespace === 'kube-system';
}

function keyOf(cluster: string, resource: string, object: { metadata: { namespace?: string; name: string } }): string {
  return `${cluster} ${resource} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

/** Written down anew rather than taken from the server, in the order of members that it promises. */
function storedForm(item: Members, type: { apiVersion: string; kind: string; cluster: string }): string {
  const { apiVersion: _version, kind: _kind, metadata, ...others } = item;
  const { annotations, managedFields: _managed, ...rest } = metadata as Members;
  const { [lastApplied]: _applied, ...kept } = (annotations ?? {}) as Members;
  return JSON.stringify({
    apiVersion: type.apiVersion,
    kind: type.kind,
    metadata: { annotations: { [clusterName]: type.cluster, ...kept }, ...rest },
    ...others,
  });
}
