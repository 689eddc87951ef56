import type { ResourceInventory } from '@clusterdex/storage-contract';
import type { ApiServer } from '../../support/api-server.js';
import { parseRaw, type RawObject, raw } from './raw-json.js';

const lastApplied = raw('kubectl.kubernetes.io/last-applied-configuration');
const clusterName = raw('shadow.clusterpedia.io/cluster-name');

export interface FollowedCluster {
  readonly name: string;
  readonly server: ApiServer;
}

/** Bytes of objects by `cluster resource namespace/name`. */
export type ObjectBytes = ReadonlyMap<string, string>;

/** What has to be stored of a cluster: what it lists, byte by byte but for pruning and annotation. */
export async function expectedObjects(
  { name: cluster, server }: FollowedCluster,
  types: readonly ResourceInventory[],
): Promise<ObjectBytes> {
  const expected = new Map<string, string>();
  for (const type of types) {
    const { status, body } = await server.client.text(listPath(type));
    if (status !== 200) throw new Error(`${server.url}${listPath(type)} answers ${status}: ${body}`);
    const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
    for (const item of rawItems(body)) {
      if (isHeartbeat(type.resource, item)) continue;
      expected.set(keyOf(cluster, type, item), storedForm(item, { apiVersion, kind: type.kind, cluster }));
    }
  }
  return expected;
}

/** The objects of a list that was answered for a type; throws for one that is there twice. */
export function foundObjects(body: string, type: ResourceInventory): ObjectBytes {
  const found = new Map<string, string>();
  for (const item of rawItems(body)) {
    if (isHeartbeat(type.resource, item)) continue;
    const annotations = metadataOf(item)[raw('annotations')] as RawObject;
    const key = keyOf(JSON.parse(String(annotations[clusterName])) as string, type, item);
    if (found.has(key)) throw new Error(`${key} is there twice`);
    found.set(key, JSON.stringify(item));
  }
  return found;
}

/** What is wrong of all that was found, in words; undefined when it is what is expected. */
export function compareObjects(found: ObjectBytes, expected: ObjectBytes): string | undefined {
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

function rawItems(body: string): readonly RawObject[] {
  const items = parseRaw(body)[raw('items')];
  return Array.isArray(items) ? (items as RawObject[]) : [];
}

/** API servers renew these whenever they like, between two looks too. */
function isHeartbeat(resource: string, item: RawObject): boolean {
  return resource === 'leases' && metadataOf(item)[raw('namespace')] === raw('kube-system');
}

function metadataOf(item: RawObject): RawObject {
  return item[raw('metadata')] as RawObject;
}

function keyOf(cluster: string, { group, resource }: ResourceInventory, item: RawObject): string {
  const { [raw('namespace')]: namespace = '', [raw('name')]: name } = metadataOf(item);
  return `${cluster} ${resource}.${group} ${namespace}/${name}`;
}

/** Written down anew rather than taken from the server, in the order of members that it promises. */
function storedForm(item: RawObject, type: { apiVersion: string; kind: string; cluster: string }): string {
  const { [raw('apiVersion')]: _version, [raw('kind')]: _kind, [raw('metadata')]: _metadata, ...others } = item;
  const { [raw('annotations')]: annotations, [raw('managedFields')]: _managed, ...rest } = metadataOf(item);
  const { [lastApplied]: _applied, ...kept } = (annotations ?? {}) as RawObject;
  return JSON.stringify({
    [raw('apiVersion')]: raw(type.apiVersion),
    [raw('kind')]: raw(type.kind),
    [raw('metadata')]: { [raw('annotations')]: { [clusterName]: raw(type.cluster), ...kept }, ...rest },
    ...others,
  });
}
