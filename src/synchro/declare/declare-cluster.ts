import type { ClusterDeclaration } from '../cluster/cluster-declaration.js';
import type { ClusterSyncResources, PediaCluster } from '../cluster/pedia-cluster.js';
import { type ResolveTargetOptions, resolveTarget } from '../cluster/resolve-target.js';

export interface DeclareClusterOptions extends ResolveTargetOptions {
  readonly declaredBy: string;
  /** Undefined for one that there is not. */
  readonly findSyncResources: (name: string) => ClusterSyncResources | undefined;
}

/** What a valid PediaCluster declares. Never rejects: what is wrong with its credentials is its problem. */
export async function declareCluster(
  cluster: PediaCluster,
  options: DeclareClusterOptions,
): Promise<ClusterDeclaration> {
  const { spec, metadata } = cluster;
  const reference = spec.syncResourcesRefName;
  const referred = reference === undefined || reference === '' ? undefined : options.findSyncResources(reference);
  const isMissing = reference !== undefined && reference !== '' && referred === undefined;
  const common = {
    name: metadata.name,
    declaredBy: options.declaredBy,
    syncResources: [...(spec.syncResources ?? []), ...(referred?.spec.syncResources ?? [])],
    syncAllCustomResources: spec.syncAllCustomResources === true,
    ...(isMissing ? { warning: `there is no ClusterSyncResources ${JSON.stringify(reference)}` } : {}),
  };
  try {
    return { ...common, target: await resolveTarget(spec, options) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...common, target: undefined, problem: { reason: 'InvalidConfig', message } };
  }
}

/** A declaration that cannot be followed; all that is wrong in one message. */
export function declareInvalid(name: string, declaredBy: string, violations: readonly string[]): ClusterDeclaration {
  const isAboutResources = violations.every((line) => line.startsWith('/spec/syncResources'));
  return {
    name,
    declaredBy,
    target: undefined,
    problem: { reason: isAboutResources ? 'InvalidSyncResources' : 'InvalidConfig', message: violations.join('; ') },
    syncResources: [],
    syncAllCustomResources: false,
  };
}
