import { ConfigError } from '../config/config-error.js';

const clustersPath = '/apis/cluster.clusterpedia.io/v1alpha2/pediaclusters';
const deadline = 10_000;

/** Asks a running server for its clusters. Throws ConfigError when there is none. */
export async function fetchClusterNames(server: string): Promise<readonly string[]> {
  let list: unknown;
  try {
    const response = await fetch(server + clustersPath, { signal: AbortSignal.timeout(deadline) });
    list = await response.json();
  } catch (error) {
    throw new ConfigError(
      `no clusterdex answers at ${server}: start it with \`clusterdex serve\`, name it with --server, or add --offline`,
      { cause: error },
    );
  }
  return namesOf(list, server);
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
