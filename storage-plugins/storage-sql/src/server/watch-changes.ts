import type { CollectionListOptions, WatchBatch } from '@clusterdex/storage-contract';
import {
  compileFilter,
  parseRevision,
  refuseListOptions,
  type SelectableObject,
} from '@clusterdex/storage-contract/selection';
import { type Change, observeChange } from '../change.js';
import { ownerScope, ownerUids } from '../owner-condition.js';
import { sql } from '../sql.js';
import type { ListScope, ServerStorage } from './server-storage.js';
import { textOf } from './values.js';

export interface WatchRequest {
  readonly options: CollectionListOptions;
  readonly revision: string;
  readonly signal: AbortSignal;
}

/** Reads the log from a revision on, for as long as the signal lets it. */
export async function* watchChanges(
  storage: ServerStorage,
  scope: () => Promise<ListScope>,
  { options, revision, signal }: WatchRequest,
): AsyncGenerator<WatchBatch> {
  refuseListOptions(options, storage.backend.name);
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
    const observer = { options, collection, matches, typeOf: (id: number) => storage.types.type(id) };
    const events = selected.flatMap((change) => observeChange(change, observer) ?? []);
    yield { events, revision: String(position) };
  }
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
