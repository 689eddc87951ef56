import { ConfigError } from '../config/config-error.js';
import { askServer } from './ask-server.js';
import type { ServerLocation } from './server-location.js';

export const clustersPath = '/apis/cluster.clusterpedia.io/v1alpha2/pediaclusters';

/** Asks a running server for its clusters. Throws ConfigError when there is none. */
export async function fetchClusterNames(location: ServerLocation): Promise<readonly string[]> {
  const { status, json } = await askServer(location, { path: clustersPath, otherwise: ', or add --offline' });
  if (status === 401 || status === 403) {
    throw new ConfigError(
      `${location.server} asks who you are (${status}): name a context of your kubeconfig that says so with --context, a token with --token-file or --token, or add --offline`,
    );
  }
  return namesOf(json, location.server);
}

function namesOf(list: unknown, server: string): readonly string[] {
  const items = isRecord(list) && Array.isArray(list.items) ? list.items : undefined;
  if (items === undefined) throw new ConfigError(`what answers at ${server} gives no list of clusters`);
  return items.map((item: unknown) => {
    const name = isRecord(item) && isRecord(item.metadata) ? item.metadata.name : undefined;
    if (typeof name !== 'string') throw new ConfigError(`what answers at ${server} gives a cluster without a name`);
    return name;
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
