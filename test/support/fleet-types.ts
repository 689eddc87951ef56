import type { ResourceType } from '@clusterdex/storage-contract';

function type(groupVersion: string, resource: string, kind: string, namespaced = true): ResourceType {
  const [version = '', group = ''] = groupVersion.split('/').reverse();
  return { group, version, resource, kind, namespaced };
}

/** Every type of which a generated fleet holds objects. */
export const fleetTypes = {
  namespaces: type('v1', 'namespaces', 'Namespace', false),
  nodes: type('v1', 'nodes', 'Node', false),
  pods: type('v1', 'pods', 'Pod'),
  services: type('v1', 'services', 'Service'),
  configmaps: type('v1', 'configmaps', 'ConfigMap'),
  secrets: type('v1', 'secrets', 'Secret'),
  events: type('v1', 'events', 'Event'),
  deployments: type('apps/v1', 'deployments', 'Deployment'),
  replicasets: type('apps/v1', 'replicasets', 'ReplicaSet'),
  statefulsets: type('apps/v1', 'statefulsets', 'StatefulSet'),
  clusterroles: type('rbac.authorization.k8s.io/v1', 'clusterroles', 'ClusterRole', false),
  rollouts: type('delivery.acme.example/v1', 'rollouts', 'Rollout'),
  oddities: type('odd.acme.example/v1alpha1', 'oddities', 'Oddity'),
} as const satisfies Record<string, ResourceType>;
