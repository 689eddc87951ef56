const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Whether Kubernetes would take this as the name of a cluster-scoped object. */
export function checkSubdomain(name: string): boolean {
  return name.length <= 253 && subdomain.test(name);
}
