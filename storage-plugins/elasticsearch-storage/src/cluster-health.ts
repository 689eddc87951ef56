import type { StorageHealth } from '@clusterdex/storage-contract';
import type { Engine } from './engine.js';
import type { IndexNames } from './index-definitions.js';

interface Health {
  readonly status: 'green' | 'yellow' | 'red';
  readonly unassigned_primary_shards?: number;
  readonly unassigned_shards: number;
}

type Settings = Readonly<
  Record<string, { readonly settings?: { readonly index?: { readonly blocks?: Readonly<Record<string, string>> } } }>
>;

/** Whether the indexes can be read and written. Rejects when the cluster does not answer. */
export async function clusterHealth(engine: Engine, { resources, changes, meta }: IndexNames): Promise<StorageHealth> {
  const indexes = [resources, changes, meta].join(',');
  const health = await engine.request<Health>({
    method: 'GET',
    path: `/_cluster/health/${indexes}`,
    query: { timeout: '1s' },
    what: 'health',
  });
  if (health.status === 'red') {
    return {
      healthy: false,
      reason: `Elasticsearch at ${engine.server} has no copy of some shards of ${indexes} (status red)`,
    };
  }
  const settings = await engine.request<Settings>({
    method: 'GET',
    path: `/${indexes}/_settings/index.blocks.*`,
    what: 'health',
  });
  for (const [index, found] of Object.entries(settings)) {
    const blocked = Object.entries(found.settings?.index?.blocks ?? {}).find(([, value]) => String(value) === 'true');
    if (blocked === undefined) continue;
    const why = blocked[0] === 'read_only_allow_delete' ? ', as Elasticsearch does when a disk is nearly full' : '';
    return { healthy: false, reason: `the index ${index} has the block index.blocks.${blocked[0]}${why}` };
  }
  return { healthy: true };
}
