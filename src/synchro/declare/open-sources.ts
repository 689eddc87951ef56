import { readFileSync } from 'node:fs';
import type { SyncResources } from '../cluster/pedia-cluster.js';
import type { ClusterConnection } from '../connection/cluster-connection.js';
import { openHostConnection } from '../connection/open-host-connection.js';
import { createKubernetesLeaseStore } from '../lease/kubernetes-lease-store.js';
import type { LeaseStore } from '../lease/lease-store.js';
import type { SyncLogger } from '../resource-sync/resource-sync.js';
import type { ClusterSource } from './cluster-source.js';
import { createFolderSource } from './folder-source.js';
import { createHostClusterSource } from './host-cluster-source.js';
import { openKubeconfigSource } from './kubeconfig-source.js';

/** Where clusters are declared, as flags say it. */
export interface SourceSettings {
  /** Every context of it, or those that are named. */
  readonly kubeconfig?: { readonly file: string; readonly contexts: readonly string[] };
  readonly clustersDirectory?: string;
  /** PediaClusters of this cluster; without a kubeconfig the one that this process runs in. */
  readonly host?: HostSettings;
  /** Of the contexts of a kubeconfig; everything unless told. */
  readonly syncResources?: readonly SyncResources[];
}

export interface HostSettings {
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly shardingName: string;
  readonly leaseName: string;
}

export interface OpenedSources {
  readonly sources: readonly ClusterSource[];
  /** With a host cluster: a Lease there. */
  readonly leaseStore: LeaseStore | undefined;
  close(): Promise<void>;
}

const namespaceFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';
const defaultNamespace = 'clusterpedia-system';

/** `readOnly`: nothing is written where clusters are declared. Rejects with ConfigError or ConnectionError for what is wrong with the settings themselves; a cluster that does not answer is none of that. */
export async function openSources(
  settings: SourceSettings,
  logger: SyncLogger,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<OpenedSources> {
  const { kubeconfig, clustersDirectory, host, syncResources } = settings;
  const sources: ClusterSource[] = [];
  let connection: ClusterConnection | undefined;
  let leaseStore: LeaseStore | undefined;
  if (host !== undefined) {
    connection = await openHostConnection({
      kubeconfig: host.kubeconfig,
      otherwise: 'name the kubeconfig of the host cluster, or a folder with --clusters-dir',
    });
    const namespace = host.namespace ?? process.env.CLUSTERPEDIA_NAMESPACE ?? readNamespace() ?? defaultNamespace;
    const { shardingName, leaseName } = host;
    sources.push(createHostClusterSource({ connection, namespace, shardingName, logger, readOnly }));
    leaseStore = createKubernetesLeaseStore({ connection, namespace, name: leaseName });
  }
  if (clustersDirectory !== undefined) sources.push(createFolderSource(clustersDirectory, logger));
  if (kubeconfig !== undefined) {
    sources.push(
      await openKubeconfigSource({ ...kubeconfig, logger, ...(syncResources === undefined ? {} : { syncResources }) }),
    );
  }
  return {
    sources,
    leaseStore,
    async close() {
      await connection?.close();
    },
  };
}

function readNamespace(): string | undefined {
  try {
    return readFileSync(namespaceFile, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
