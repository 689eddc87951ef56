import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CollectionListOptions, WatchBatch, WatchEvent } from '@clusterdex/storage-contract';
import {
  compileFilter,
  parseRevision,
  refuseListOptions,
  type SelectableObject,
} from '@clusterdex/storage-contract/selection';
import { type Change, observeChange, ownerScope, ownerUids } from '@clusterdex/storage-sql';
import type { ListScope, SqliteStorage } from './sqlite-storage.js';

export interface WatchRequest {
  readonly options: CollectionListOptions;
  readonly revision: string;
  readonly signal: AbortSignal;
}

/** Reads the log from a revision on, for as long as the signal lets it. */
export async function* watchChanges(
  storage: SqliteStorage,
  scope: () => ListScope,
  { options, revision, signal }: WatchRequest,
): AsyncGenerator<WatchBatch> {
  refuseListOptions(options, 'sqlite');
  const filter = compileFilter(options);
  let position = parseRevision(revision);
  while (!signal.aborted) {
    const changes = storage.read(() => storage.feed.read(position));
    const last = changes.at(-1);
    if (last === undefined) {
      await storage.feed.wait(signal);
      continue;
    }
    position = last.revision;
    const events = storage.read(() => selectEvents(storage, changes, { ...scope(), options, filter }));
    yield { events, revision: String(position) };
    // Who is far behind, and takes all at once, would keep the event loop from everybody else.
    await nextTurn();
  }
}

interface EventSelection extends ListScope {
  readonly options: CollectionListOptions;
  readonly filter: (object: SelectableObject) => boolean;
}

function selectEvents(storage: SqliteStorage, changes: readonly Change[], selection: EventSelection): WatchEvent[] {
  const typeIds = selection.typeIds === undefined ? undefined : new Set(selection.typeIds);
  const owned = compileOwner(storage, selection.options);
  const matches = (object: SelectableObject) => selection.filter(object) && owned(object);
  const observer = {
    options: selection.options,
    collection: selection.collection,
    matches,
    typeOf: (id: number) => storage.types.type(id),
  };
  return changes.flatMap((change) =>
    typeIds?.has(change.typeId) === false ? [] : (observeChange(change, observer) ?? []),
  );
}

/** Who the owners are is asked at the time of the events. */
function compileOwner(storage: SqliteStorage, options: CollectionListOptions): (object: SelectableObject) => boolean {
  if (options.owner === undefined) return () => true;
  const owners = ownerUids(options.owner, ownerScope(options));
  const known = new Map<string, boolean>();
  return ({ ownerUid }) => {
    let owned = known.get(ownerUid);
    if (owned === undefined) {
      const row = storage.statements.rows(`SELECT ? IN ${owners.text}`).get(ownerUid, ...owners.parameters) as [number];
      owned = ownerUid !== '' && row[0] === 1;
      known.set(ownerUid, owned);
    }
    return owned;
  };
}
