import { createStorageError } from '@clusterdex/storage-contract';
import type { StoredDocument } from './document.js';
import type { Engine } from './engine.js';
import { allOf, type Query } from './field-query.js';
import type { IndexNames } from './index-definitions.js';
import type { ListOrder, SortValues } from './list-order.js';
import { errorTypes, statusOf } from './map-error.js';

export interface Hit {
  readonly _id: string;
  readonly _source?: StoredDocument;
  readonly fields?: Readonly<Record<string, readonly string[]>>;
  readonly sort: readonly unknown[];
}

interface SearchAnswer {
  readonly pit_id?: string;
  readonly hits: { readonly total?: { readonly value: number }; readonly hits: readonly Hit[] };
}

export interface SearchRequest {
  readonly query: Query;
  readonly order: ListOrder;
  readonly after: SortValues | undefined;
  /** How many documents are wanted at once. */
  readonly size: number;
  /** Only these fields in the place of the document. */
  readonly fields?: readonly string[];
  /** Of the document only what it says of the object. */
  readonly state?: boolean;
  readonly signal: AbortSignal | undefined;
}

const keepAlive = '2m';
/** As large as documents may become, a page in one answer gets no larger than this. */
const wantedBytes = 8 * 1024 * 1024;

/** Searches the objects: page after page by `search_after`, within a point in time where there are several. */
export class Search {
  readonly #engine: Engine;
  readonly #names: IndexNames;
  readonly #isOpenSearch: boolean;

  constructor(engine: Engine, names: IndexNames, { isOpenSearch }: { isOpenSearch: boolean }) {
    this.#engine = engine;
    this.#names = names;
    this.#isOpenSearch = isOpenSearch;
  }

  async count(query: Query, signal: AbortSignal | undefined): Promise<number> {
    const { hits } = await this.#send({ size: 0, track_total_hits: true, query }, { signal });
    return hits.total?.value ?? 0;
  }

  /** One page at most, of what is findable now. */
  async page(request: SearchRequest): Promise<readonly Hit[]> {
    const { hits } = await this.#send(bodyOf(request), { signal: request.signal });
    return hits.hits;
  }

  /** All pages. When the point in time is lost, the rest is read from another, behind the last object that was seen. */
  async *pages(request: SearchRequest): AsyncGenerator<readonly Hit[]> {
    let { after, size } = request;
    let pit: string | undefined;
    try {
      for (;;) {
        let hits: readonly Hit[];
        try {
          pit ??= await this.#openPit(request.signal);
          const body = { ...bodyOf({ ...request, after, size }), pit: { id: pit, keep_alive: keepAlive } };
          const answer = await this.#send(body, { signal: request.signal, pit: true });
          pit = answer.pit_id ?? pit;
          hits = answer.hits.hits;
        } catch (error) {
          const lost = isPitLost(error);
          if (!lost && !(isTooLarge(error) && size > 1)) throw error;
          if (lost) pit = undefined;
          else size = Math.max(1, size >> 2);
          continue;
        }
        if (hits.length > 0) yield hits;
        const last = hits.at(-1);
        if (last === undefined || hits.length < size) return;
        after = request.order.valuesOf(last.sort);
        size = nextSize(hits, request.size);
      }
    } finally {
      if (pit !== undefined) this.#closePit(pit);
    }
  }

  /** Whether an answer was refused because of its size: it is to be asked for in pieces. */
  isTooLarge(error: unknown): boolean {
    return isTooLarge(error);
  }

  async #openPit(signal: AbortSignal | undefined): Promise<string> {
    const path = this.#isOpenSearch ? '_search/point_in_time' : '_pit';
    const answer = await this.#engine.request<{ id?: string; pit_id?: string }>({
      method: 'POST',
      path: `/${this.#names.resources}/${path}`,
      query: { keep_alive: keepAlive },
      what: 'opening a point in time',
      repeatable: true,
      signal,
    });
    return answer.id ?? answer.pit_id ?? '';
  }

  #closePit(id: string): void {
    const request = this.#isOpenSearch
      ? ({ path: '/_search/point_in_time', body: { pit_id: [id] } } as const)
      : ({ path: '/_pit', body: { id } } as const);
    if (this.#engine.closed) return;
    // It ends by itself, if this fails.
    this.#engine.request({ method: 'DELETE', ...request, what: 'closing a point in time' }).catch(() => {});
  }

  #send(body: object, { signal, pit }: { signal: AbortSignal | undefined; pit?: boolean }): Promise<SearchAnswer> {
    return this.#engine
      .request<SearchAnswer>({
        method: 'POST',
        path: pit === true ? '/_search' : `/${this.#names.resources}/_search`,
        query: {
          // Rather no answer than one without the objects of a shard that is not there.
          ...(pit !== true && { allow_partial_search_results: false }),
          filter_path:
            'pit_id,hits.total,hits.hits._id,hits.hits._source,hits.hits.fields,hits.hits.sort,_shards.failed,timed_out',
        },
        body,
        what: 'search',
        repeatable: true,
        signal,
      })
      .then((answer) => complete(answer, this.#engine.server));
  }
}

function complete(
  answer: SearchAnswer & { readonly _shards?: { failed: number }; timed_out?: boolean },
  server: string,
): SearchAnswer {
  if ((answer._shards?.failed ?? 0) > 0 || answer.timed_out === true) {
    throw createStorageError('UNAVAILABLE', `Elasticsearch at ${server} answered without some of its shards`);
  }
  return { ...answer, hits: { ...answer.hits, hits: answer.hits?.hits ?? [] } };
}

function bodyOf({ query, order, after, size, fields, state }: SearchRequest): object {
  return {
    size,
    track_total_hits: false,
    query: allOf([query]),
    sort: order.sort,
    ...(after !== undefined && { search_after: after }),
    ...(fields !== undefined && { _source: false, docvalue_fields: fields }),
    ...(state === true && { _source: ['state'] }),
  };
}

const isPitLost = (error: unknown): boolean => {
  const cause = error instanceof Error ? error.cause : undefined;
  return (
    errorTypes(cause).includes('search_context_missing_exception') ||
    (statusOf(cause) === 404 && /pit|context/i.test(String(cause)))
  );
};

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error &&
  /content length \(\d+\) is bigger|bigger than the maximum/i.test(String(error.cause ?? error));

function nextSize(hits: readonly Hit[], most: number): number {
  const bytes = hits.reduce((sum, { _source }) => sum + (_source?.object?.length ?? 64), 0);
  return Math.max(1, Math.min(most, Math.floor((wantedBytes / (bytes + 1)) * hits.length)));
}
