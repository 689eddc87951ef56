import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type CollectionListOptions,
  reduceToMetadata,
  type WatchBatch,
  type WatchEvent,
} from '@clusterdex/storage-contract';
import {
  compileFilter,
  observe,
  parseRevision,
  refuseListOptions,
  type SelectableObject,
  selectableFromJson,
  selectsType,
} from '@clusterdex/storage-contract/selection';
import type { ChangeEntry } from './change-entry.js';
import type { FeedPiece } from './change-feed.js';
import { term } from './document.js';
import type { ListScope } from './list-objects.js';
import { ownerUids } from './owner-uids.js';
import type { Store } from './store.js';

export interface WatchRequest {
  readonly options: CollectionListOptions;
  readonly scope: ListScope;
  readonly revision: string;
  readonly signal: AbortSignal;
}

interface ChangedObject extends SelectableObject {
  readonly json: Uint8Array;
}

/** Reads the log from a revision on, for as long as the signal lets it. */
export async function* watchChanges(store: Store, request: WatchRequest): AsyncGenerator<WatchBatch> {
  const { options, scope, revision, signal } = request;
  refuseListOptions(options, 'elasticsearch');
  const filter = compileFilter(options);
  let position = parseRevision(revision);
  while (!signal.aborted) {
    store.check(undefined);
    let piece: FeedPiece | undefined;
    try {
      piece = await store.feed.read(position, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    if (piece === undefined) {
      await store.feed.wait(signal);
      continue;
    }
    const { type, entries, revision: first } = piece;
    position = first + entries.length - 1;
    const isSelected = scope.types === undefined || selectsType(scope.types, type);
    const events = isSelected ? await eventsOf(store, piece, { ...request, filter }) : [];
    yield { events, revision: String(position) };
    // Who is far behind, and takes all at once, would keep the event loop from everybody else.
    await nextTurn();
  }
}

async function eventsOf(
  store: Store,
  { type, cluster, entries, revision }: FeedPiece,
  { options, scope, signal, filter }: WatchRequest & { filter: (object: SelectableObject) => boolean },
): Promise<readonly WatchEvent[]> {
  const changes = entries.map(({ before, after }: ChangeEntry) => ({
    before: side(before, cluster),
    after: side(after, cluster),
  }));
  const owned = await compileOwner(store, options, signal);
  const matches = (object: SelectableObject) => filter(object) && owned(object);
  return changes.flatMap((change, index): WatchEvent[] => {
    const seen = observe(change, matches);
    if (seen === undefined) return [];
    const { namespace, name, json } = seen.object;
    const object = { cluster, namespace, name, json: options.onlyMetadata === true ? reduceToMetadata(json) : json };
    const typed = scope.collection ? { ...object, type } : object;
    return [{ type: seen.type, revision: String(revision + index), object: typed }];
  });
}

function side(text: string | undefined, cluster: string): ChangedObject | undefined {
  if (text === undefined) return undefined;
  const json = Buffer.from(text);
  return { ...selectableFromJson(json, cluster), json };
}

/** Who the owners are is asked at the time of the events. */
async function compileOwner(
  store: Store,
  options: CollectionListOptions,
  signal: AbortSignal,
): Promise<(object: SelectableObject) => boolean> {
  if (options.owner === undefined) return () => true;
  await store.readable(signal);
  const owners = new Set(await ownerUids(store.search, options, signal));
  return ({ ownerUid }) => owners.has(term(ownerUid));
}
