import type { ObjectChange, ResourceType } from '@clusterdex/storage-contract';
import { term } from './document.js';
import { allOf, isOneOf } from './field-query.js';
import { toType } from './hit-batch.js';
import { ListOrder } from './list-order.js';
import { typeQueries } from './list-query.js';
import type { Store } from './store.js';

const objectsPerStep = 500;

/** Removes the objects of a cluster, of all types or one, until there are none. */
export async function cleanObjects(
  store: Store,
  { cluster, type, signal }: { cluster: string; type: ResourceType | undefined; signal: AbortSignal | undefined },
): Promise<void> {
  const inCluster = isOneOf('search.cluster', [term(cluster)]);
  const query = allOf([inCluster, ...typeQueries(type === undefined ? undefined : [type])]);
  const request = { query, order: new ListOrder({}), after: undefined, size: objectsPerStep, signal };
  for (;;) {
    store.check(signal);
    await store.readable(signal);
    const hits = await store.search.page({ ...request, state: true });
    if (hits.length === 0) return;
    const byType = new Map<string, { type: ResourceType; changes: ObjectChange[] }>();
    for (const { _source } of hits) {
      if (_source === undefined) continue;
      const { namespace, name } = _source.state;
      const key = _source.state.type.slice(0, 3).join('/');
      const group = byType.get(key) ?? { type: toType(_source.state.type), changes: [] };
      group.changes.push({ type: 'delete', namespace, name });
      byType.set(key, group);
    }
    for (const group of byType.values()) {
      await store.writer.write({ type: group.type, cluster }, group.changes, signal);
      store.feed.wake();
    }
  }
}
