import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type CollectionListOptions,
  createStorageError,
  reduceToMetadata,
  type WatchBatch,
  type WatchEvent,
} from '@clusterdex/storage-contract';
import { compileFilter, observe, type SelectableObject } from '@clusterdex/storage-contract/selection';
import { ownerScope, ownerUids } from '@clusterdex/storage-sql';
import type { Change } from './change-feed.js';
import type { ListScope, SqliteStorage } from './sqlite-storage.js';

export interface WatchRequest {
  readonly options: CollectionListOptions;
  readonly revision: string;
  readonly signal: AbortSignal;
}

const unsupported = [
  'orderBy',
  'limit',
  'start',
  'injectEvents',
  'withRows',
  'withRemainingCount',
  'rawQuery',
  'fullText',
  'extraLabelSelector',
] as const;

/** Reads the log from a revision on, for as long as the signal lets it. */
export async function* watchChanges(
  storage: SqliteStorage,
  scope: () => ListScope,
  { options, revision, signal }: WatchRequest,
): AsyncGenerator<WatchBatch> {
  refuseUnsupported(options);
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
  return changes.flatMap((change) => {
    if (typeIds !== undefined && !typeIds.has(change.typeId)) return [];
    const seen = observe(change, matches);
    if (seen === undefined) return [];
    const { cluster, namespace, name, json } = seen.object;
    const object = {
      cluster,
      namespace,
      name,
      json: selection.options.onlyMetadata === true ? reduceToMetadata(json) : json,
    };
    const type = selection.collection ? { type: storage.types.type(change.typeId) } : {};
    return { type: seen.type, revision: String(change.revision), object: { ...object, ...type } };
  });
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

function parseRevision(revision: string): number {
  if (/^\d{1,15}$/.test(revision)) return Number(revision);
  throw createStorageError(
    'EXPIRED',
    `expected a revision of this storage, found '${revision.slice(0, 64)}'; list again`,
  );
}

function refuseUnsupported(options: CollectionListOptions): void {
  for (const name of unsupported) {
    const value = options[name];
    if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) continue;
    throw createStorageError('NOT_SUPPORTED', `the storage 'sqlite' cannot watch with ${name}`);
  }
}
