import { ConfigError } from '../../config/config-error.js';
import type { ClusterConnection } from './cluster-connection.js';
import { createClusterConnection } from './create-connection.js';
import { inClusterTarget } from './in-cluster.js';
import { readKubeconfigFile } from './kubeconfig.js';

export interface HostConnectionSettings {
  /** Undefined for the cluster that this process runs in. */
  readonly kubeconfig: string | undefined;
  /** What to do when it runs in none, for the message. */
  readonly otherwise: string;
}

/** The way to the host cluster, by the current context of a kubeconfig. Opens nothing yet. Rejects with ConfigError or ConnectionError. */
export async function openHostConnection({
  kubeconfig,
  otherwise,
}: HostConnectionSettings): Promise<ClusterConnection> {
  if (kubeconfig === undefined) {
    const target = inClusterTarget();
    if (target !== undefined) return createClusterConnection(target);
    throw new ConfigError(`this process runs in no cluster: ${otherwise}`);
  }
  const config = await readKubeconfigFile(kubeconfig);
  const context = config.currentContext ?? config.contexts[0];
  if (context === undefined) throw new ConfigError(`${kubeconfig}: expected a context, found none`);
  return createClusterConnection(config.target(context));
}
