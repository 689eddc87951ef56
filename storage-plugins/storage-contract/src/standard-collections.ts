import type { CollectionResource } from './storage-factory.js';

/** The groups that a kube-apiserver itself serves. */
const builtInGroups = [
  '',
  'admission.k8s.io',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'extensions',
  'flowcontrol.apiserver.k8s.io',
  'imagepolicy.k8s.io',
  'internal.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
];

/** The collection resources that clients expect of every storage with the capability collectionResources. */
export const standardCollections: readonly CollectionResource[] = [
  { name: 'any', types: [] },
  {
    name: 'workloads',
    types: [
      { group: 'apps', version: 'v1', resource: 'deployments' },
      { group: 'apps', version: 'v1', resource: 'daemonsets' },
      { group: 'apps', version: 'v1', resource: 'statefulsets' },
    ],
  },
  { name: 'kuberesources', types: builtInGroups.map((group) => ({ group })) },
];
