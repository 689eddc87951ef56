import { unwatchFile, watchFile } from 'node:fs';
import { resolve } from 'node:path';
import type { ClusterDeclaration } from '../cluster/cluster-declaration.js';
import type { SyncResources } from '../cluster/pedia-cluster.js';
import { type Kubeconfig, readKubeconfigFile } from '../connection/kubeconfig.js';
import type { SyncLogger } from '../resource-sync/resource-sync.js';
import type { ClusterSource } from './cluster-source.js';
import { contextsToFollow } from './contexts-to-follow.js';

export interface KubeconfigSourceOptions {
  readonly file: string;
  /** All but shortcuts to what is stored, unless told. */
  readonly contexts?: readonly string[];
  /** Everything unless told. */
  readonly syncResources?: readonly SyncResources[];
  readonly logger: SyncLogger;
}

const everything: readonly SyncResources[] = Object.freeze([{ group: '*', resources: ['*'] }]);
const lookEvery = 2000;

/**
 * Every context of a kubeconfig as a cluster. Rejects with a ConnectionError when it cannot be read at first; later the last that could be
 * read counts. What was stored of a context that is gone stays: a kubeconfig says how to reach clusters, not which there are.
 */
export async function openKubeconfigSource(options: KubeconfigSourceOptions): Promise<ClusterSource> {
  const file = resolve(options.file);
  let kubeconfig = await readKubeconfigFile(file);
  // Names a context that there is not: that is told at once.
  declareContexts(kubeconfig, { ...options, file });
  return {
    name: `kubeconfig ${file}`,
    owns: () => false,
    follow(declare, signal) {
      const tell = () => declare(declareContexts(kubeconfig, { ...options, file }));
      const read = async () => {
        try {
          kubeconfig = await readKubeconfigFile(file);
          tell();
        } catch (error) {
          options.logger.warn({ err: error, file }, 'cannot read the kubeconfig again; what it said before counts');
        }
      };
      const look = () => void read();
      watchFile(file, { interval: lookEvery, persistent: false }, look);
      tell();
      return new Promise((settle) => {
        const end = () => {
          unwatchFile(file, look);
          settle();
        };
        if (signal.aborted) end();
        else signal.addEventListener('abort', end, { once: true });
      });
    },
  };
}

function declareContexts(kubeconfig: Kubeconfig, options: KubeconfigSourceOptions): readonly ClusterDeclaration[] {
  const chosen = contextsToFollow(kubeconfig, options.contexts);
  // Throws for one that is not there, with those that are.
  for (const context of chosen) if (!kubeconfig.contexts.includes(context)) kubeconfig.target(context);
  const names = clusterNames(chosen);
  return chosen.map((context) => {
    const common = {
      name: names.get(context) ?? context,
      declaredBy: `context ${context} of ${options.file}`,
      syncResources: options.syncResources ?? everything,
      syncAllCustomResources: false,
    };
    try {
      return { ...common, target: kubeconfig.target(context) };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ...common, target: undefined, problem: { reason: 'InvalidConfig' as const, message } };
    }
  });
}

/** Contexts are called anything; clusters as Kubernetes calls objects: `arn:aws:eks:eu:1:cluster/prod` is `arn-aws-eks-eu-1-cluster-prod`. */
export function clusterNames(contexts: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set(contexts);
  for (const context of contexts) {
    const plain = context
      .toLowerCase()
      .replace(/[^a-z0-9.-]+/g, '-')
      .replace(/[-.]*\.[-.]*/g, '.')
      .replace(/^[-.]+|[-.]+$/g, '')
      .slice(0, 200)
      .replace(/[-.]+$/, '');
    let name = plain === '' ? 'cluster' : plain;
    if (name !== context) for (let n = 2; taken.has(name); n++) name = `${plain === '' ? 'cluster' : plain}-${n}`;
    taken.add(name);
    names.set(context, name);
  }
  return names;
}
