/**
 * Groups in the order of a kube-apiserver's discovery: what is built in by its priority, oldest habit first, and behind it everything
 * that is defined later, by name. kubectl takes the first group that knows a name, so the order decides what `get ingress` means.
 */
const builtinOrder: ReadonlyMap<string, number> = new Map(
  [
    '',
    'apiregistration.k8s.io',
    'extensions',
    'apps',
    'events.k8s.io',
    'authentication.k8s.io',
    'authorization.k8s.io',
    'autoscaling',
    'batch',
    'certificates.k8s.io',
    'networking.k8s.io',
    'policy',
    'rbac.authorization.k8s.io',
    'storage.k8s.io',
    'admissionregistration.k8s.io',
    'apiextensions.k8s.io',
    'scheduling.k8s.io',
    'coordination.k8s.io',
    'node.k8s.io',
    'discovery.k8s.io',
    'resource.k8s.io',
    'flowcontrol.apiserver.k8s.io',
    'internal.apiserver.k8s.io',
    'storagemigration.k8s.io',
  ].map((group, position) => [group, position]),
);

export function compareGroups(a: string, b: string): number {
  const left = builtinOrder.get(a) ?? builtinOrder.size;
  const right = builtinOrder.get(b) ?? builtinOrder.size;
  if (left !== right) return left - right;
  return a < b ? -1 : a > b ? 1 : 0;
}

export function isBuiltinGroup(group: string): boolean {
  return builtinOrder.has(group);
}
