import {
  type ClusterInventory,
  createStorageError,
  type ObjectEvent,
  type StorageHost,
} from '@clusterdex/storage-contract';
import { compareText } from '@clusterdex/storage-contract/selection';
import { bulkRepeatable } from './bulk.js';
import { digestOf, term } from './document.js';
import type { Engine } from './engine.js';
import type { IndexNames } from './index-definitions.js';

const eventsPerPage = 5000;
const perRequest = 500;

interface StoredEvent {
  readonly kind: 'event';
  readonly cluster: string;
  readonly involved: string;
  readonly recorded: number;
  readonly event: string;
}

interface Answer<Source> {
  readonly hits: {
    readonly hits: readonly { readonly _id: string; readonly _source: Source; readonly sort: readonly unknown[] }[];
  };
}

/** Events of objects, and inventories of clusters: few and small, so each write refreshes. */
export class EventStore {
  readonly #engine: Engine;
  readonly #index: string;
  readonly #host: Pick<StorageHost, 'now'>;

  constructor(engine: Engine, names: IndexNames, host: Pick<StorageHost, 'now'>) {
    this.#engine = engine;
    this.#index = names.meta;
    this.#host = host;
  }

  async record(cluster: string, events: readonly ObjectEvent[]): Promise<void> {
    const now = this.#host.now() * 1000;
    // Of the same event twice the last one counts; the place keeps the order of those that are recorded together.
    const documents = new Map<string, StoredEvent | undefined>();
    for (const [place, { involvedUid, eventUid, json }] of events.entries()) {
      const id = `event.${digestOf(JSON.stringify([cluster, involvedUid, eventUid]))}`;
      // Those that are removed keep their place among the actions, too.
      documents.delete(id);
      if (json.length === 0) documents.set(id, undefined);
      else
        documents.set(id, {
          kind: 'event',
          cluster: term(cluster),
          involved: term(involvedUid),
          recorded: now + place,
          event: Buffer.from(json).toString(),
        });
    }
    const actions = [...documents].map(([id, document]) =>
      document === undefined
        ? { id, operation: 'delete' as const }
        : { id, operation: 'index' as const, document: JSON.stringify(document) },
    );
    for (let start = 0; start < actions.length; start += perRequest) {
      const some = actions.slice(start, start + perRequest);
      await bulkRepeatable(this.#engine, this.#index, some, { what: 'writing events', refresh: true });
    }
  }

  /** By cluster and uid, oldest first; only those that have any. */
  async of(
    objects: readonly { readonly cluster: string; readonly uid: string }[],
  ): Promise<ReadonlyMap<string, readonly Uint8Array[]>> {
    const found = new Map<string, Uint8Array[]>();
    const uids = [...new Set(objects.map(({ uid }) => uid))].filter((uid) => uid !== '');
    if (uids.length === 0) return found;
    const clusters = [...new Set(objects.map(({ cluster }) => term(cluster)))];
    const filter = [
      { term: { kind: 'event' } },
      { terms: { cluster: clusters } },
      { terms: { involved: uids.map(term) } },
    ];
    const names = new Map(objects.map(({ cluster, uid }) => [`${term(cluster)} ${term(uid)}`, `${cluster} ${uid}`]));
    const sort = [{ recorded: 'asc' }, { involved: 'asc' }, { cluster: 'asc' }];
    for await (const { _source } of this.#search<StoredEvent>({ query: { bool: { filter } }, sort })) {
      const key = names.get(`${_source.cluster} ${_source.involved}`);
      if (key === undefined) continue;
      const list = found.get(key) ?? [];
      list.push(Buffer.from(_source.event));
      found.set(key, list);
    }
    return found;
  }

  async putInventory(inventory: ClusterInventory): Promise<void> {
    const { cluster } = inventory;
    const document = JSON.stringify({
      kind: 'inventory',
      cluster: term(cluster),
      inventory: JSON.stringify(inventory),
    });
    const action = { id: inventoryId(cluster), operation: 'index' as const, document };
    await bulkRepeatable(this.#engine, this.#index, [action], { what: 'writing an inventory', refresh: true });
  }

  async inventories(): Promise<readonly ClusterInventory[]> {
    const found: ClusterInventory[] = [];
    const request = { query: { term: { kind: 'inventory' } }, sort: [{ cluster: 'asc' }] };
    for await (const { _source } of this.#search<{ inventory: string }>(request)) {
      found.push(JSON.parse(_source.inventory) as ClusterInventory);
    }
    return found.sort((a, b) => compareText(a.cluster, b.cluster));
  }

  /** Events and inventory of a cluster. */
  async forget(cluster: string, signal: AbortSignal | undefined): Promise<void> {
    const filter = [{ terms: { kind: ['event', 'inventory'] } }, { term: { cluster: term(cluster) } }];
    for (;;) {
      if (signal?.aborted)
        throw createStorageError('TIMEOUT', 'removing a cluster was aborted', { cause: signal.reason });
      const body = { size: perRequest, _source: false, query: { bool: { filter } } };
      const { hits } = await this.#send<never>(body);
      const actions = hits.hits.map(({ _id }) => ({ id: _id, operation: 'delete' as const }));
      if (actions.length === 0) return;
      await bulkRepeatable(this.#engine, this.#index, actions, { what: 'removing events', refresh: true });
    }
  }

  async *#search<Source>(request: { query: object; sort: readonly object[] }) {
    let after: readonly unknown[] | undefined;
    for (;;) {
      const body = { ...request, size: eventsPerPage, track_total_hits: false, ...(after && { search_after: after }) };
      const { hits } = await this.#send<Source>(body);
      yield* hits.hits;
      after = hits.hits.at(-1)?.sort;
      if (hits.hits.length < eventsPerPage) return;
    }
  }

  #send<Source>(body: object): Promise<Answer<Source>> {
    return this.#engine.request<Answer<Source>>({
      method: 'POST',
      path: `/${this.#index}/_search`,
      query: { allow_partial_search_results: false },
      body,
      what: 'searching events',
      repeatable: true,
    });
  }
}

const inventoryId = (cluster: string): string => `inventory.${digestOf(cluster)}`;
