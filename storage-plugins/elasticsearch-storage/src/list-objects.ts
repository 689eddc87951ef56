import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CollectionListOptions, createStorageError, type ObjectBatch } from '@clusterdex/storage-contract';
import {
  compileFilter,
  compileOrder,
  isOrderKey,
  type OrderKey,
  type SelectableObject,
  selectableFromJson,
} from '@clusterdex/storage-contract/selection';
import type { StoredDocument } from './document.js';
import { allOf, type Query } from './field-query.js';
import { HitBatch, type ReadForm, toType } from './hit-batch.js';
import { ListOrder, type SortValues } from './list-order.js';
import { compileList, type Residual, refuseUnsupported, type TypeScope } from './list-query.js';
import { ownerUids } from './owner-uids.js';
import type { Hit } from './search.js';
import type { Store } from './store.js';

const objectsPerBatch = 500;
const bytesPerBatch = 8 * 1024 * 1024;
/** A larger result than this is walked through, not skipped into (index.max_result_window). */
const idsPerPage = 5000;
/** How long a list waits for batches that it may have seen a part of. */
const patienceMilliseconds = 3000;

export interface ListScope {
  readonly types: TypeScope;
  readonly collection: boolean;
}

interface ListRequest {
  readonly options: CollectionListOptions;
  readonly scope: ListScope;
  readonly signal: AbortSignal | undefined;
}

interface Found {
  readonly revision: string;
  readonly query: Query;
  readonly order: ListOrder;
  readonly matches: ((source: StoredDocument) => boolean) | undefined;
}

type BatchEnd = Pick<ObjectBatch, 'continue' | 'remainingItemCount'>;

/** At least one batch; see ResourceStorage.list of the contract. */
export async function* listObjects(store: Store, request: ListRequest): AsyncGenerator<ObjectBatch> {
  const { options, scope, signal } = request;
  refuseUnsupported(options);
  store.check(signal);
  const state = await store.readable(signal);
  const owners = await ownerUids(store.search, options, signal);
  const { query, residual } = compileList(options, { types: scope.types, owners }, store.salt);
  const found: Found = {
    revision: String(state.revision),
    query,
    order: new ListOrder(options),
    matches: residual && compileMatch(residual),
  };
  const ordersByField = (options.orderBy ?? []).some(({ by }) => 'path' in by);
  const batches = ordersByField ? sortedByFields(store, request, found) : inOrder(store, request, found);
  let isFirst = true;
  for await (const { documents, end } of batches) {
    if (end !== undefined) await settle(store, request);
    store.check(signal);
    const batch = new HitBatch(await withEvents(store, documents, options), formOf(options, scope));
    yield Object.assign(batch, isFirst ? { revision: found.revision } : {}, end ?? {});
    isFirst = false;
    store.check(signal);
  }
}

const formOf = (options: CollectionListOptions, { collection }: ListScope): ReadForm => ({
  onlyMetadata: options.onlyMetadata === true,
  collection,
  rowPrefix: options.withRows?.prefix,
});

interface Page {
  readonly documents: readonly StoredDocument[];
  /** Of the last batch. */
  readonly end?: BatchEnd;
}

/** The index has the order: ends as soon as the page is full, unless the rest is to be counted one by one. */
async function* inOrder(store: Store, { options, signal }: ListRequest, found: Found): AsyncGenerator<Page> {
  const { limit = Number.POSITIVE_INFINITY, start, withRemainingCount = false } = options;
  const { order, query, matches } = found;
  let after = start !== undefined && 'after' in start ? order.parsePosition(start.after) : undefined;
  let toSkip = start !== undefined && 'offset' in start ? start.offset : 0;
  if (matches === undefined && toSkip > 0) {
    const skipped = await skip(store, { query, order, signal }, toSkip);
    after = skipped.after;
    if (skipped.count < toSkip) {
      yield { documents: [], end: withRemainingCount ? { remainingItemCount: skipped.count - toSkip } : {} };
      return;
    }
    toSkip = 0;
  }
  let documents: StoredDocument[] = [];
  let bytes = 0;
  let taken = 0;
  let following = 0;
  let last: SortValues | undefined;
  for await (const hits of candidates(
    store,
    { query, order, after, signal },
    { limit, isFiltered: matches !== undefined },
  )) {
    for (const { _source, sort } of hits) {
      if (_source === undefined || (matches !== undefined && !matches(_source))) continue;
      if (toSkip > 0) toSkip--;
      else if (taken === limit) {
        following++;
        if (!withRemainingCount || matches === undefined) break;
      } else {
        if (documents.length === objectsPerBatch || bytes > bytesPerBatch) {
          yield { documents };
          [documents, bytes] = [[], 0];
        }
        documents.push(_source);
        bytes += _source.object.length;
        taken++;
        last = order.valuesOf(sort);
      }
    }
    if (following > 0 && (!withRemainingCount || matches === undefined)) break;
    if (matches !== undefined) await nextTurn();
  }
  let remaining = following - toSkip;
  if (withRemainingCount && matches === undefined && following > 0 && last !== undefined) {
    remaining = await store.search.count(allOf([query, order.behind(last)]), signal);
  }
  yield {
    documents,
    end: {
      ...(following > 0 && last !== undefined && { continue: order.formatPosition(last) }),
      ...(withRemainingCount && { remainingItemCount: remaining }),
    },
  };
}

type Walk = Pick<Parameters<Store['search']['page']>[0], 'query' | 'order' | 'signal'>;

/** One request for a page that fits into it; else page after page. */
async function* candidates(
  store: Store,
  walk: Walk & { readonly after: SortValues | undefined },
  { limit, isFiltered }: { limit: number; isFiltered: boolean },
): AsyncGenerator<readonly Hit[]> {
  // One more, to know whether there is one.
  if (limit <= objectsPerBatch && !isFiltered) {
    const hits = await store.search.page({ ...walk, size: limit + 1 }).catch((error: unknown) => {
      if (store.search.isTooLarge(error)) return undefined;
      throw error;
    });
    if (hits !== undefined) {
      yield hits;
      return;
    }
  }
  yield* store.search.pages({ ...walk, size: Math.min(limit + 1, objectsPerBatch) });
}

async function skip(
  store: Store,
  walk: Walk,
  offset: number,
): Promise<{ count: number; after: SortValues | undefined }> {
  let count = 0;
  let after: SortValues | undefined;
  const size = Math.min(offset, idsPerPage);
  for await (const hits of store.search.pages({ ...walk, after: undefined, size, fields: [] })) {
    const some = hits.slice(0, offset - count);
    count += some.length;
    after = walk.order.valuesOf(some.at(-1)?.sort ?? []);
    if (count === offset) break;
  }
  return { count, after };
}

interface Entry {
  readonly id: string;
  readonly key: OrderKey;
}

/** The order is the reference's own: keys of all that match, sorted here; then the objects of the page. */
async function* sortedByFields(
  store: Store,
  { options, scope, signal }: ListRequest,
  found: Found,
): AsyncGenerator<Page> {
  const { limit = Number.POSITIVE_INFINITY, start, withRemainingCount = false } = options;
  const order = compileOrder(options.orderBy);
  const after =
    start !== undefined && 'after' in start
      ? parseKey(start.after, order.keyLength + (scope.collection ? 3 : 0))
      : undefined;
  const entries: Entry[] = [];
  const walk = { query: found.query, order: new ListOrder({}), after: undefined, size: objectsPerBatch, signal };
  for await (const hits of store.search.pages(walk)) {
    for (const { _id, _source } of hits) {
      if (_source === undefined || found.matches?.(_source) === false) continue;
      const type = toType(_source.state.type);
      const key = order.key(toSelectable(_source), scope.collection ? type : undefined);
      if (after === undefined || order.compare(key, after) > 0) entries.push({ id: _id, key });
    }
    store.check(signal);
    await nextTurn();
  }
  entries.sort((a, b) => order.compare(a.key, b.key));
  const first = start !== undefined && 'offset' in start ? start.offset : 0;
  const page = entries.slice(first, first + limit);
  const last = page.at(-1);
  const following = entries.length - first - page.length;
  for (let at = 0; at + objectsPerBatch < page.length; at += objectsPerBatch) {
    yield {
      documents: await store.documents(
        page.slice(at, at + objectsPerBatch).map(({ id }) => id),
        signal,
      ),
    };
  }
  const rest = page.slice(Math.floor(Math.max(0, page.length - 1) / objectsPerBatch) * objectsPerBatch);
  yield {
    documents: await store.documents(
      rest.map(({ id }) => id),
      signal,
    ),
    end: {
      ...(following > 0 && last !== undefined && { continue: formatKey(last.key) }),
      ...(withRemainingCount && { remainingItemCount: following }),
    },
  };
}

export function toSelectable({ object, state }: StoredDocument): SelectableObject {
  return { ...selectableFromJson(Buffer.from(object), state.cluster), kind: state.type[3], syncedAt: state.synced };
}

function compileMatch(residual: Residual) {
  const filter = compileFilter(residual);
  return (source: StoredDocument): boolean => filter(toSelectable(source));
}

/**
 * A search may find a part of a batch that is on its way. The list ends when it is done, so that who asks for a revision later gets
 * one that includes it.
 */
async function settle(store: Store, { options, scope, signal }: ListRequest): Promise<void> {
  const seen = await store.readState(signal);
  const batches = Object.entries(seen.pending).filter(([key]) => concerns(key, options, scope));
  if (batches.length === 0) return;
  const deadline = performance.now() + patienceMilliseconds;
  const isOpen = (pending: typeof seen.pending) => batches.some(([key, { batch }]) => pending[key]?.batch === batch);
  for (let attempt = 0; performance.now() < deadline; attempt++) {
    await store.engine.pause(Math.min(attempt, 1), signal);
    store.check(signal);
    if (!isOpen((await store.readState(signal)).pending)) return;
  }
}

function concerns(key: string, { clusters }: CollectionListOptions, { types }: ListScope): boolean {
  const end = key.indexOf(' ');
  const cluster = key.slice(end + 1);
  if (clusters?.in !== undefined && !clusters.in.includes(cluster)) return false;
  return types === undefined || types.some((type) => isOfType(key.slice(0, end), type));
}

function isOfType(key: string, { group, version, resource }: NonNullable<TypeScope>[number]): boolean {
  const [keyGroup, keyVersion, keyResource] = key.split('/');
  return (
    keyGroup === group &&
    (version === undefined || keyVersion === version) &&
    (resource === undefined || keyResource === resource)
  );
}

async function withEvents(store: Store, documents: readonly StoredDocument[], { injectEvents }: CollectionListOptions) {
  if (injectEvents !== true) return documents.map((source) => ({ source, events: undefined }));
  const events = await store.events.of(documents.map(({ state }) => state));
  return documents.map((source) => ({ source, events: events.get(`${source.state.cluster} ${source.state.uid}`) }));
}

/** Begins with a character that no position of an order by columns begins with. */
const formatKey = (key: OrderKey): string => `.${Buffer.from(JSON.stringify(key)).toString('base64url')}`;

function parseKey(text: string, length: number): OrderKey {
  let key: unknown;
  try {
    key = text.startsWith('.') ? JSON.parse(Buffer.from(text.slice(1), 'base64url').toString()) : undefined;
  } catch {
    key = undefined;
  }
  if (isOrderKey(key, length)) return key;
  throw createStorageError('INVALID', `expected a position of a list in this order, found '${text.slice(0, 64)}'`);
}
