import type { ResourceType } from '@clusterdex/storage-contract';
import type { FleetObject } from './fleet.js';
import type { Json } from './kubernetes-object.js';

/** An object as a server of many clusters should keep it, as plain JSON: what an oracle looks at. */
export interface ExampleObject {
  readonly cluster: string;
  readonly type: ResourceType;
  readonly fields: { readonly [member: string]: Json };
}

/**
 * What becomes of an object on its way in, said once more and independently: the annotation with the cluster's name is there, and
 * managedFields and the last-applied annotation are not.
 */
export function createExample({ cluster, type, object }: FleetObject): ExampleObject {
  const fields = JSON.parse(JSON.stringify(object));
  delete fields.metadata.managedFields;
  fields.metadata.annotations = { ...fields.metadata.annotations, 'shadow.clusterpedia.io/cluster-name': cluster };
  delete fields.metadata.annotations['kubectl.kubernetes.io/last-applied-configuration'];
  return { cluster, type, fields };
}

export function metadataOf(example: ExampleObject): { readonly [member: string]: Json } {
  return example.fields.metadata as { readonly [member: string]: Json };
}

/** A text of the object's metadata; '' when there is none. */
export function metadataText(example: ExampleObject, member: string): string {
  const value = metadataOf(example)[member];
  return typeof value === 'string' ? value : '';
}

/** Names an object among all others. */
export function exampleKey(example: ExampleObject): string {
  const { group, resource } = example.type;
  return [example.cluster, group, resource, metadataText(example, 'namespace'), metadataText(example, 'name')].join(
    '|',
  );
}
