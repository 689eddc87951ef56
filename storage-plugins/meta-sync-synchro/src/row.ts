import type { ReconcileContext } from '@clusterdex/storage-contract';

/** The table, column by column; the first five are the key. */
export const columns = [
  'cluster',
  'api_group',
  'resource',
  'namespace',
  'name',
  'api_version',
  'kind',
  'uid',
  'resource_version',
  'owner_uid',
  'labels',
  'created_at',
  'synced_at',
] as const;

export type Column = (typeof columns)[number];

export const keyColumns = columns.slice(0, 5);

/** Values in the order of the columns; times in RFC 3339, labels as JSON. */
export type Row = readonly (string | null)[];
export type Key = readonly string[];

export function rowOf(context: ReconcileContext, now: number): Row {
  const { cluster, resourceType, namespace, name, uid, resourceVersion, labels } = context;
  const { metadata } = context.parse() as { readonly metadata: Readonly<Record<string, unknown>> };
  const { creationTimestamp, ownerReferences } = metadata;
  return [
    cluster,
    resourceType.group,
    resourceType.resource,
    namespace,
    name,
    resourceType.version,
    resourceType.kind,
    uid,
    resourceVersion,
    controllerOf(ownerReferences),
    JSON.stringify(labels),
    typeof creationTimestamp === 'string' ? creationTimestamp : null,
    new Date(now).toISOString(),
  ];
}

function controllerOf(references: unknown): string {
  if (!Array.isArray(references)) return '';
  const controller = (references as readonly { controller?: unknown; uid?: unknown }[]).find(
    (reference) => reference.controller === true,
  );
  return typeof controller?.uid === 'string' ? controller.uid : '';
}
