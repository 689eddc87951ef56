import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterTarget } from './cluster-target.js';

const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The cluster that this process runs in, as its service account; undefined outside of clusters. */
export function inClusterTarget(
  environment: NodeJS.ProcessEnv = process.env,
  folder: string = serviceAccountFolder,
): ClusterTarget | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  const tokenFile = join(folder, 'token');
  if (!host || !port || !existsSync(tokenFile)) return undefined;
  return Object.freeze({
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    tls: { caFile: join(folder, 'ca.crt') },
    user: { tokenFile },
  });
}
