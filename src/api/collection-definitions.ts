import type { CollectionResource, ResourceTypeSelector } from '@clusterdex/storage-contract';
import { column, nameColumn } from '../kube/printers/column.js';
import { documentOffer, type Offer, type Transform } from './negotiate.js';
import { apiGroup, apiVersion } from './request-path.js';

/** The definitions of collection resources as a list, or as a Table. */
export const definitionsOffer = Object.freeze<Offer>({
  ...documentOffer,
  allows: ({ group, version, kind }) =>
    kind === 'Table' && group === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1'),
});

const columns = [
  nameColumn,
  column('Resources', 'The types of which it holds the objects; * for those that a query names.'),
];

export function definitionsDocument(collections: readonly CollectionResource[]): Buffer {
  const items = collections.map(({ name, types }) => ({
    metadata: { name, creationTimestamp: null },
    resourceTypes: types.map(describeSelector),
  }));
  return toJson({ kind: 'CollectionResourceList', apiVersion: `${apiGroup}/${apiVersion}`, metadata: {}, items });
}

export function definitionsTable(collections: readonly CollectionResource[], { version }: Transform): Buffer {
  const apiVersion = `meta.k8s.io/${version}`;
  const rows = collections.map(({ name, types }) => ({
    cells: [name, types.length === 0 ? '*' : types.map(nameSelector).join(',')],
    object: { kind: 'PartialObjectMetadata', apiVersion, metadata: { name, creationTimestamp: null } },
  }));
  return toJson({ kind: 'Table', apiVersion, metadata: {}, columnDefinitions: columns, rows });
}

function describeSelector({ group, version = '', resource = '' }: ResourceTypeSelector): object {
  return { group, version, resource };
}

/** As kubectl names types: `deployments.apps`, `pods`; `*.apps` for a whole group. */
function nameSelector({ group, resource = '*' }: ResourceTypeSelector): string {
  return group === '' ? resource : `${resource}.${group}`;
}

function toJson(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}
