/** The name of a cluster is none; the message says what it has to be. */
export class ClusterNameError extends Error {
  override readonly name = 'ClusterNameError';
  readonly code = 'CLUSTER_NAME';
}

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Throws ClusterNameError for what Kubernetes would not take as the name of an object. */
export function checkClusterName(name: string): void {
  if (name.length <= 253 && subdomain.test(name)) return;
  const shown = JSON.stringify(name.length > 60 ? `${name.slice(0, 57)}...` : name);
  throw new ClusterNameError(
    `--cluster: expected a name of at most 253 lower-case letters, digits, "-" and ".", beginning and ending with a letter or digit, found ${shown}`,
  );
}
