const homes: Readonly<Record<string, string>> = {
  daemonsets: 'apps',
  deployments: 'apps',
  replicasets: 'apps',
  ingresses: 'networking.k8s.io',
  networkpolicies: 'networking.k8s.io',
};

/** The group that a type moved to: servers of old have the same objects in `extensions`, alone or as well. */
export function homeGroup(group: string, resource: string): string {
  return group === 'extensions' ? (homes[resource] ?? group) : group;
}
