import { requireCheckStore, type StoreRemover } from '@clusterdex/storage-contract';
import type { ElasticsearchConfig } from './config.js';
import { schemaVersion } from './index-definitions.js';
import { statusOf } from './map-error.js';
import type { Store } from './store.js';

/** Indexes by their names alone: a pattern might find those of others. */
export function createStoreRemover(
  { engine, names }: Pick<Store, 'engine' | 'names'>,
  { prefix, indexTemplate }: Pick<ElasticsearchConfig, 'prefix' | 'indexTemplate'>,
): StoreRemover {
  const remove = (path: string, query: Readonly<Record<string, boolean>> = {}) =>
    engine
      .raw({ method: 'DELETE', path, query, what: 'removing a store that a check made', repeatable: true })
      .catch((error: unknown) => (statusOf(error) === 404 ? undefined : engine.rethrow(error)));

  return {
    async removeStore(checkName) {
      requireCheckStore(prefix, checkName);
      const aliases = [names.resources, names.changes, names.meta];
      const found = await engine.request<object>({
        method: 'GET',
        path: `/${aliases.join(',')}/_alias`,
        query: { ignore_unavailable: true },
        what: 'looking for the indexes of a store',
        repeatable: true,
      });
      // Those that an upgrade left have no alias any more.
      const versions = Array.from({ length: schemaVersion }, (_, index) => names.resourcesIndex(index + 1));
      const indexes = new Set([...Object.keys(found), ...versions]);
      for (const index of indexes) await remove(`/${index}`, { ignore_unavailable: true });
      if (indexTemplate) await remove(`/_index_template/${names.template}`);
    },
  };
}
