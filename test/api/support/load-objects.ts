import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareObject, type ResourceInventory, type StorageFactory } from '@clusterdex/storage-contract';
import { findBuiltinResource } from '../../../src/kube/builtin-resources.js';
import { repositoryRoot } from '../../support/clusterdex.js';

export interface PlainObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid?: string };
}

/** The objects of a sample cluster. */
export function sampleObjects(name: 'prod-eu' | 'staging'): readonly PlainObject[] {
  const dump: { items: PlainObject[] } = JSON.parse(
    readFileSync(join(repositoryRoot, 'samples', `${name}.json`), 'utf8'),
  );
  return dump.items;
}

/** Stores the objects of a cluster and its inventory; `extraTypes` are those that Kubernetes does not bring along. */
export async function loadObjects(
  factory: StorageFactory,
  cluster: string,
  content: { readonly objects: Iterable<PlainObject>; readonly extraTypes?: readonly ResourceInventory[] },
): Promise<void> {
  await factory.prepareCluster(cluster);
  const types = new Map<ResourceInventory, PlainObject[]>();
  for (const object of content.objects) {
    const [version = '', group = ''] = object.apiVersion.split('/').reverse();
    const type =
      content.extraTypes?.find((extra) => extra.kind === object.kind && extra.group === group) ??
      findBuiltinResource(group, version, object.kind);
    if (type === undefined) throw new Error(`no type for ${object.apiVersion} ${object.kind}`);
    const objects = types.get(type);
    if (objects === undefined) types.set(type, [object]);
    else objects.push(object);
  }
  for (const [type, objects] of types) {
    for (let at = 0; at < objects.length; at += 1000) {
      const changes = objects.slice(at, at + 1000).map((object) => ({
        type: 'upsert' as const,
        object: prepareObject(Buffer.from(JSON.stringify(object)), { cluster }),
      }));
      await factory.resourceStorage(type).write(cluster, changes);
    }
  }
  await factory.putClusterInventory({
    cluster,
    version: 'v1.33.4-eks-9f2c1a',
    health: { status: 'healthy' },
    resources: [...types.keys()],
    updatedAt: Date.now(),
  });
}
