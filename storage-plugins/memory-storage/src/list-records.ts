import {
  type CollectionListOptions,
  createStorageError,
  type ListOptions,
  type ObjectBatch,
  type ResourceType,
  type StoredObject,
} from '@clusterdex/storage-contract';
import { compileFilter, compileOrder, type Order, type OrderKey } from '@clusterdex/storage-contract/selection';
import type { MemoryState, TypeTable } from './memory-state.js';
import { createMetadataReducer, type MetadataReducer, reduceToMetadata } from './metadata-reducer.js';
import { ownerUids } from './owner-uids.js';
import type { Pacer } from './pacer.js';
import { formatPosition, parsePosition } from './position.js';
import { type ScanConditions, scan } from './scan.js';
import { sortInSlices } from './sort-in-slices.js';
import type { StoredRecord } from './stored-record.js';

const objectsPerBatch = 500;

export interface ListSource {
  readonly state: MemoryState;
  readonly tables: readonly TypeTable[];
  /** Whether the answer says the type of each object. */
  readonly collection: boolean;
}

/** The list of either kind of storage: filter, order, page. Options that it does not know are refused before. */
export async function* listRecords(
  source: ListSource,
  options: CollectionListOptions,
  pacer: Pacer,
): AsyncGenerator<ObjectBatch, void, undefined> {
  const { state, collection } = source;
  const { limit, start, withRemainingCount } = options;
  let revision: string | undefined = state.revision.toString();
  const order = compileOrder(options.orderBy);
  const keyOf = (record: StoredRecord) => order.key(record, collection ? record.table.type : undefined);
  const records = await orderedRecords(source, options, { order, keyOf, pacer });
  let toSkip = start !== undefined && 'offset' in start ? start.offset : 0;
  let batch: StoredRecord[] = [];
  let taken = 0;
  let following = 0;
  const finish = (more: Partial<ObjectBatch>): ObjectBatch => {
    const answer = toBatch(batch, { source, options, more: { ...(revision !== undefined && { revision }), ...more } });
    revision = undefined;
    batch = [];
    return answer;
  };
  for (const record of records.candidates) {
    if (pacer.due()) await pacer.pause();
    if (!records.matches(record)) continue;
    if (toSkip > 0) {
      toSkip--;
    } else if (taken === limit) {
      following++;
      if (!withRemainingCount) break;
    } else {
      if (batch.length === objectsPerBatch) {
        yield finish({});
        pacer.check();
      }
      batch.push(record);
      taken++;
    }
  }
  const last = batch.at(-1);
  yield finish({
    ...(following > 0 && last !== undefined && { continue: formatPosition(keyOf(last)) }),
    ...(withRemainingCount && { remainingItemCount: following - toSkip }),
  });
}

interface OrderedRecords {
  readonly candidates: Iterable<StoredRecord>;
  matches(record: StoredRecord): boolean;
}

async function orderedRecords(
  { state, tables, collection }: ListSource,
  options: CollectionListOptions,
  { order, keyOf, pacer }: { order: Order; keyOf: (record: StoredRecord) => OrderKey; pacer: Pacer },
): Promise<OrderedRecords> {
  const { start, orderBy = [] } = options;
  const after =
    start !== undefined && 'after' in start
      ? parsePosition(start.after, order.keyLength + (collection ? 3 : 0))
      : undefined;
  const owners = await ownerUids(state.types(), options, pacer);
  const filter = compileFilter(options);
  const selects = (record: StoredRecord) => (owners === undefined || owners.has(record.ownerUid)) && filter(record);
  const isAfter = (key: OrderKey) => after === undefined || order.compare(key, after) > 0;
  const conditions: ScanConditions = { options, ...(owners && { owners }) };
  if (orderBy.length === 0) {
    const from = after === undefined ? {} : { from: placeOf(after) };
    let behind = after === undefined;
    return {
      candidates: scan(tables, { ...conditions, ...from }),
      matches(record) {
        behind ||= isAfter(keyOf(record));
        return behind && selects(record);
      },
    };
  }
  const entries: { key: OrderKey; record: StoredRecord }[] = [];
  for (const record of scan(tables, conditions)) {
    if (pacer.due()) await pacer.pause();
    if (!selects(record)) continue;
    const key = keyOf(record);
    if (isAfter(key)) entries.push({ key, record });
  }
  const sorted = await sortInSlices(entries, (a, b) => order.compare(a.key, b.key), pacer);
  return { candidates: sorted.map((entry) => entry.record), matches: () => true };
}

function placeOf([cluster, namespace, name]: OrderKey): { cluster: string; namespace: string; name: string } {
  if (typeof cluster === 'string' && typeof namespace === 'string' && typeof name === 'string') {
    return { cluster, namespace, name };
  }
  throw createStorageError('INVALID', 'start.after is no position of the default order');
}

function toBatch(
  records: readonly StoredRecord[],
  { source, options, more }: { source: ListSource; options: CollectionListOptions; more: Partial<ObjectBatch> },
): ObjectBatch {
  const from = { ...source, reduce: createMetadataReducer() };
  const types: ResourceType[] = source.collection ? [...new Set(records.map((record) => record.table.type))] : [];
  return {
    objects: records.map((record) => toStoredObject(record, from, options)),
    count: records.length,
    ...(source.collection && { types }),
    ...more,
  };
}

interface ObjectSource extends Pick<ListSource, 'state' | 'collection'> {
  readonly reduce?: MetadataReducer;
}

/** The object as a read returns it. The bytes are the stored ones: nobody may write into them. */
export function toStoredObject(
  record: StoredRecord,
  { state, collection, reduce = reduceToMetadata }: ObjectSource,
  { onlyMetadata, injectEvents, withRows }: Pick<ListOptions, 'onlyMetadata' | 'injectEvents' | 'withRows'>,
): StoredObject {
  const { cluster, namespace, name } = record;
  const events = injectEvents ? state.events(cluster, record.uid) : undefined;
  const row = withRows !== undefined && record.row?.startsWith(withRows.prefix) ? record.row : undefined;
  const isReduced = onlyMetadata && (withRows === undefined || row !== undefined);
  return {
    cluster,
    namespace,
    name,
    json: isReduced ? reduce(record) : record.json,
    ...(collection && { type: record.table.type }),
    ...(events && { events }),
    ...(row !== undefined && { row }),
  };
}
