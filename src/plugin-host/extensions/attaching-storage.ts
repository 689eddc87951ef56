import type { Notice, StorageFactory, TransactionStep } from '@clusterdex/storage-contract';
import type { Transaction } from './transactions.js';

export interface AttachingOptions {
  readonly run: (transaction: Transaction) => Promise<void>;
  /** The plugin's. */
  readonly steps: readonly TransactionStep[];
  readonly own: HostSteps;
  readonly tell: (notice: Notice) => void;
}

export interface HostSteps {
  readonly prepare: TransactionStep;
  clean(signal?: AbortSignal): TransactionStep;
}

/**
 * The storage, on which a cluster is attached (prepareCluster) and detached (cleanCluster) as a transaction with the steps of the plugin that
 * belong to it, and which tells what happens to clusters. What is internal, of which the name is no cluster's, is passed on.
 */
export function attachingStorage(factory: StorageFactory, options: AttachingOptions): StorageFactory {
  const { tell, run, own } = options;
  const attach = options.steps.filter(({ partOf }) => partOf === 'attachCluster');
  const detach = options.steps.filter(({ partOf }) => partOf === 'detachCluster');
  const attached = new Set<string>();
  return Object.freeze<StorageFactory>({
    ...factory,
    async prepareCluster(cluster) {
      if (isInternal(cluster) || attach.length === 0) await factory.prepareCluster(cluster);
      else {
        const steps = [own.prepare, ...attach];
        await run({ name: 'attachCluster', lock: lockOf(cluster), steps, parameters: { cluster } });
      }
      if (isInternal(cluster) || attached.has(cluster)) return;
      attached.add(cluster);
      tell({ type: 'cluster', change: 'attached', cluster });
    },
    async putClusterInventory(inventory) {
      await factory.putClusterInventory(inventory);
      if (!isInternal(inventory.cluster)) tell({ type: 'inventory', cluster: inventory.cluster });
    },
    async cleanCluster(cluster, signal) {
      if (isInternal(cluster) || detach.length === 0) await factory.cleanCluster(cluster, signal);
      else {
        const steps = [...detach, own.clean(signal)];
        await run({ name: 'detachCluster', lock: lockOf(cluster), steps, parameters: { cluster }, signal });
      }
      if (isInternal(cluster)) return;
      attached.delete(cluster);
      tell({ type: 'cluster', change: 'detached', cluster });
    },
  });
}

/** Steps of the host that a journal may name. Their names are none that a plugin could give. */
export function createHostSteps(factory: StorageFactory): HostSteps {
  const clusterOf = ({ cluster }: Readonly<Record<string, unknown>>): string => String(cluster);
  return {
    prepare: {
      name: 'host/prepareCluster',
      do: ({ parameters }) => factory.prepareCluster(clusterOf(parameters)),
      /** Whatever is stored of it by then stays: it was attached before, or another process attached it. */
      async undo({ parameters, signal }) {
        const cluster = clusterOf(parameters);
        if (await isEmpty(factory, cluster)) await factory.cleanCluster(cluster, signal);
      },
    },
    /** What is removed is gone; whoever detaches the cluster again goes on where this ended. */
    clean: (signal) => ({
      name: 'host/cleanCluster',
      do: ({ parameters }) => factory.cleanCluster(clusterOf(parameters), signal),
      undo() {},
    }),
  };
}

async function isEmpty(factory: StorageFactory, cluster: string): Promise<boolean> {
  if ((await factory.clusterInventories()).some((inventory) => inventory.cluster === cluster)) return false;
  for await (const versions of factory.resourceVersions(cluster)) if (versions.length > 0) return false;
  return true;
}

function lockOf(cluster: string): string {
  return `cluster/${cluster}`;
}

/** What the server keeps for itself in a storage belongs to clusters whose names begin so. */
function isInternal(cluster: string): boolean {
  return cluster.startsWith('_');
}
