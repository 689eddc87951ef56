import {
  type CollectionListOptions,
  createStorageError,
  reduceToMetadata,
  type WatchBatch,
  type WatchEvent,
} from '@clusterdex/storage-contract';
import { compileFilter, observe, type SelectableObject } from '@clusterdex/storage-contract/selection';
import { ownerScope, ownerUids } from '../owner-condition.js';
import { sql } from '../sql.js';
import type { Change } from './change-feed.js';
import type { ListScope, ServerStorage } from './server-storage.js';
import { textOf } from './values.js';

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
  storage: ServerStorage,
  scope: () => Promise<ListScope>,
  { options, revision, signal }: WatchRequest,
): AsyncGenerator<WatchBatch> {
  refuseUnsupported(options, storage.backend.name);
  const filter = compileFilter(options);
  let position = parseRevision(revision);
  while (!signal.aborted) {
    const changes = await storage.feed.read(position);
    const last = changes.at(-1);
    if (last === undefined) {
      await storage.feed.wait(signal);
      continue;
    }
    position = last.revision;
    const owned = await compileOwner(storage, options, changes);
    const matches = (object: SelectableObject) => filter(object) && owned(object);
    const { typeIds, collection } = await scope();
    const selected = typeIds === undefined ? changes : changes.filter(({ typeId }) => typeIds.includes(typeId));
    const events = selected.flatMap((change) => toEvent(storage, change, { options, collection, matches }) ?? []);
    yield { events, revision: String(position) };
  }
}

interface EventForm {
  readonly options: CollectionListOptions;
  readonly collection: boolean;
  readonly matches: (object: SelectableObject) => boolean;
}

function toEvent(
  storage: ServerStorage,
  change: Change,
  { options, collection, matches }: EventForm,
): WatchEvent | undefined {
  const seen = observe(change, matches);
  if (seen === undefined) return undefined;
  const { cluster, namespace, name, json } = seen.object;
  const object = { cluster, namespace, name, json: options.onlyMetadata === true ? reduceToMetadata(json) : json };
  const type = collection ? { type: storage.types.type(change.typeId) } : {};
  return { type: seen.type, revision: String(change.revision), object: { ...object, ...type } };
}

/** Who the owners are is asked at the time of the events. */
async function compileOwner(
  storage: ServerStorage,
  options: CollectionListOptions,
  changes: readonly Change[],
): Promise<(object: SelectableObject) => boolean> {
  if (options.owner === undefined) return () => true;
  const uids = new Set(changes.flatMap(({ before, after }) => [before?.ownerUid ?? '', after?.ownerUid ?? '']));
  uids.delete('');
  const owners = ownerUids(options.owner, ownerScope(options));
  if (uids.size === 0) return () => false;
  const asked = storage.backend.isText('w.uid', [...uids]);
  const rows = await storage.backend.database.query(
    sql`SELECT DISTINCT w.uid FROM resources w WHERE ${asked} AND w.uid IN ${owners}`,
  );
  const owning = new Set(rows.map(([uid]) => textOf(uid ?? '')));
  return ({ ownerUid }) => owning.has(ownerUid);
}

function parseRevision(revision: string): number {
  if (/^\d{1,15}$/.test(revision)) return Number(revision);
  throw createStorageError(
    'EXPIRED',
    `expected a revision of this storage, found '${revision.slice(0, 64)}'; list again`,
  );
}

function refuseUnsupported(options: CollectionListOptions, storage: string): void {
  for (const name of unsupported) {
    const value = options[name];
    if (value === undefined || value === false || (Array.isArray(value) && value.length === 0)) continue;
    throw createStorageError('NOT_SUPPORTED', `the storage '${storage}' cannot watch with ${name}`);
  }
}
