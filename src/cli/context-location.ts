import { ConfigError } from '../config/config-error.js';
import { ConnectionError } from '../synchro/connection/connection-error.js';
import { createClusterConnection } from '../synchro/connection/create-connection.js';
import { readKubeconfigFile } from '../synchro/connection/kubeconfig.js';
import { clustersPath } from './fetch-cluster-names.js';

/** A context of a kubeconfig as the way to the server: of a kube-apiserver in front of it, or of the server itself. */
export interface ContextLocation {
  readonly server: string;
  /** What a cluster entry of a kubeconfig says beside the server. */
  readonly trust: Readonly<Record<string, string | boolean | undefined>>;
  /** The name of the user's entry, which stays where it is. */
  readonly user: string | undefined;
  /** Rejects with ConfigError or ConnectionError. */
  fetchClusterNames(): Promise<readonly string[]>;
}

export interface ContextReference {
  readonly file: string;
  /** Undefined for the current one. */
  readonly context: string | undefined;
}

/** Rejects with ConnectionError for what is wrong with the file. */
export async function openContext({ file, context }: ContextReference): Promise<ContextLocation> {
  const config = await readKubeconfigFile(file);
  const name = context ?? config.currentContext;
  if (name === undefined) throw new ConfigError(`${file} has no current context: name one with --context`);
  const target = config.target(name);
  const { server, tls, proxyUrl } = target;
  return {
    server: server.replace(/\/+$/, ''),
    trust: {
      'certificate-authority-data': tls?.ca === undefined ? undefined : Buffer.from(tls.ca).toString('base64'),
      'certificate-authority': tls?.caFile,
      'insecure-skip-tls-verify': tls?.skipVerify,
      'tls-server-name': tls?.serverName,
      'proxy-url': proxyUrl,
    },
    user: config.userName(name),
    async fetchClusterNames() {
      const connection = createClusterConnection(target);
      try {
        const { items } = (await connection.getJson(clustersPath)) as { items?: { metadata: { name: string } }[] };
        return (items ?? []).map(({ metadata }) => metadata.name);
      } catch (error) {
        if (!(error instanceof ConnectionError) || error.status !== 404) throw error;
        throw new ConfigError(`${server} knows no PediaClusters: read the names from the storage with --offline`, {
          cause: error,
        });
      } finally {
        await connection.close();
      }
    },
  };
}
