import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CollectionListOptions, WatchBatch, WatchEvent } from '@clusterdex/storage-contract';
import {
  compileFilter,
  observe,
  parseRevision,
  refuseListOptions,
  type SelectableObject,
} from '@clusterdex/storage-contract/selection';
import { assertSupported } from './assert-supported.js';
import type { RecordChange } from './change-history.js';
import { toStoredObject } from './list-records.js';
import type { TypeTable } from './memory-state.js';
import { ownerUids } from './owner-uids.js';
import { Pacer } from './pacer.js';
import type { StorageCore } from './storage-core.js';

const changesPerBatch = 200;

export interface WatchRequest {
  readonly options: CollectionListOptions;
  readonly revision: string;
  readonly signal: AbortSignal;
  readonly collection: boolean;
  /** The tables that are watched; asked again at each batch, since a type may appear. */
  tables(): readonly TypeTable[];
}

/** Follows the history from a revision on, for as long as the signal lets it. */
export async function* watchRecords(
  core: StorageCore,
  request: WatchRequest,
): AsyncGenerator<WatchBatch, void, undefined> {
  const { state } = core;
  const { options, signal } = request;
  assertSupported(options);
  refuseListOptions(options, 'memory');
  const filter = compileFilter(options);
  let position = parseRevision(request.revision);
  while (!signal.aborted) {
    core.check();
    const changes = state.history.read(position, { most: changesPerBatch, latest: state.revision });
    const last = changes.at(-1);
    if (last === undefined) {
      await state.history.wait(signal);
      continue;
    }
    position = last.revision;
    const owners = await ownerUids(state.types(), options, new Pacer(core, undefined));
    const matches = (object: SelectableObject) =>
      (owners === undefined || owners.has(object.ownerUid)) && filter(object);
    yield { events: selectEvents(core, request, { changes, matches }), revision: position.toString() };
    // Who is far behind, and takes all at once, would keep the event loop from everybody else.
    await nextTurn();
  }
}

function selectEvents(
  { state }: StorageCore,
  { options, collection, tables }: WatchRequest,
  { changes, matches }: { changes: readonly RecordChange[]; matches: (object: SelectableObject) => boolean },
): readonly WatchEvent[] {
  const types = new Set(tables().map(({ type }) => type));
  return changes.flatMap((change): WatchEvent[] => {
    const record = change.after ?? change.before;
    const seen = record !== undefined && types.has(record.table.type) ? observe(change, matches) : undefined;
    if (seen === undefined) return [];
    const object = toStoredObject(seen.object, { state, collection }, { onlyMetadata: options.onlyMetadata === true });
    return [{ type: seen.type, revision: change.revision.toString(), object }];
  });
}
