import { prepareObject } from '../prepare-object.js';
import type { ResourceType } from '../resource-type.js';
import type { StorageFactory } from '../storage-factory.js';
import type { PreparedObject } from '../stored-object.js';

const encoder = new TextEncoder();

export const pods: ResourceType = { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true };
export const nodes: ResourceType = { group: '', version: 'v1', resource: 'nodes', kind: 'Node', namespaced: false };
export const deployments = appsType('deployments', 'Deployment');
export const replicaSets = appsType('replicasets', 'ReplicaSet');
export const statefulSets = appsType('statefulsets', 'StatefulSet');
export const widgets: ResourceType = {
  group: 'acme.example',
  version: 'v1beta1',
  resource: 'widgets',
  kind: 'Widget',
  namespaced: true,
};

export interface TestObjectOptions {
  readonly cluster?: string;
  readonly type?: ResourceType;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  /** RFC 3339; none unless given. */
  readonly created?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** uid of the controller. */
  readonly owner?: string;
  /** uids of owners that are no controllers. */
  readonly otherOwners?: readonly string[];
  /** A value, or JSON text that is to be stored as it is. */
  readonly spec?: object | string;
  readonly row?: string;
}

export interface TestObject {
  readonly cluster: string;
  readonly type: ResourceType;
  readonly prepared: PreparedObject;
}

/** An object of cluster c1 and namespace n1, unless the options say otherwise; a Pod, unless they name a type. */
export function testObject(name: string, options: TestObjectOptions = {}): TestObject {
  const { cluster = 'c1', type = pods, created, labels, annotations, spec = {} } = options;
  const namespace = type.namespaced ? (options.namespace ?? 'n1') : '';
  const references = [
    ...(options.otherOwners ?? []).map((uid) => ({ uid })),
    ...(options.owner === undefined ? [] : [{ uid: options.owner, controller: true }]),
  ];
  const metadata = {
    name,
    ...(namespace !== '' && { namespace }),
    uid: options.uid ?? `${cluster}.${type.resource}.${namespace}.${name}`,
    resourceVersion: options.resourceVersion ?? '1',
    ...(created !== undefined && { creationTimestamp: created }),
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    ...(references.length > 0 && { ownerReferences: references }),
  };
  const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
  const head = JSON.stringify({ apiVersion, kind: type.kind, metadata });
  const specText = typeof spec === 'string' ? spec : JSON.stringify(spec);
  const json = encoder.encode(`${head.slice(0, -1)},"spec":${specText}}`);
  const prepared = prepareObject(json, { cluster });
  return { cluster, type, prepared: options.row === undefined ? prepared : { ...prepared, row: options.row } };
}

/** Writes the objects: one call for each cluster and type. */
export async function store(storage: StorageFactory, objects: readonly TestObject[]): Promise<void> {
  const groups = new Map<string, TestObject[]>();
  for (const object of objects) {
    const key = `${object.cluster}/${object.type.group}/${object.type.version}/${object.type.resource}`;
    groups.set(key, [...(groups.get(key) ?? []), object]);
  }
  for (const group of groups.values()) {
    const [{ cluster, type }] = group as [TestObject];
    await storage.prepareCluster(cluster);
    const changes = group.map(({ prepared }) => ({ type: 'upsert', object: prepared }) as const);
    await storage.resourceStorage(type).write(cluster, changes);
  }
}

function appsType(resource: string, kind: string): ResourceType {
  return { group: 'apps', version: 'v1', resource, kind, namespaced: true };
}
