import type { ResourceStorage } from '@clusterdex/storage-contract';
import { notFound } from '../kube/status.js';
import { ApiError, badRequest } from './api-error.js';
import type { ResourceTarget } from './request-path.js';

const mostClusters = 5;

/** Why one object cannot be had without a cluster: nobody has it, or these clusters do, and it is the client's to say which it means. */
export async function refuseWithoutCluster(storage: ResourceStorage, target: ResourceTarget): Promise<ApiError> {
  const { namespace = '', name = '' } = target;
  const only = { namespaces: { in: [namespace] }, names: { in: [name] }, onlyMetadata: true, limit: mostClusters + 1 };
  const clusters: string[] = [];
  for await (const { objects } of storage.list(only)) clusters.push(...objects.map(({ cluster }) => cluster));
  if (clusters.length === 0) return new ApiError(notFound(target, name));
  const named = clusters.length > mostClusters ? [...clusters.slice(0, mostClusters), '…'] : clusters;
  const where = `${target.resource} ${JSON.stringify(name)} is in ${named.join(', ')}`;
  return badRequest(`to get one object, name its cluster in the path: …/resources/clusters/<cluster>/…; ${where}`);
}
