import type { ListOptions, NameFilter } from '@clusterdex/storage-contract';
import { compareText, compileNameFilter } from '@clusterdex/storage-contract/selection';
import type { ClusterTable } from './cluster-table.js';
import type { TypeTable } from './memory-state.js';
import type { StoredRecord } from './stored-record.js';

/** Candidates from an index are sorted on the spot: worth it up to this share of a table, and never for more than some milliseconds. */
const selectiveShare = 1 / 32;
const alwaysSelective = 64;
const neverSelective = 4096;
/** More names than this are found by a walk, which stops for others now and then; looking names up does not. */
const namesToLookUp = 16;

export interface ScanConditions {
  readonly options: Pick<ListOptions, 'clusters' | 'namespaces' | 'names' | 'labelSelector'>;
  /** The object's owner is one of these. */
  readonly owners?: ReadonlySet<string>;
  /** Where the walk begins, itself included. */
  readonly from?: { readonly cluster: string; readonly namespace: string; readonly name: string };
}

/**
 * Candidates by cluster, namespace, name, group, version, resource: at least all that fulfil the conditions, read as late as they are
 * asked for. No object that exists throughout is skipped or comes twice, whatever is written between two steps.
 */
export function* scan(
  tables: readonly TypeTable[],
  conditions: ScanConditions,
): Generator<StoredRecord, void, undefined> {
  const { from } = conditions;
  for (const cluster of clustersOf(tables, conditions.options.clusters)) {
    const position = from === undefined ? 0 : compareText(cluster, from.cluster);
    if (position < 0) continue;
    const start = from !== undefined && position === 0 ? from : { namespace: '', name: '' };
    const sources = tables.flatMap(({ clusters }) => {
      const table = clusters.get(cluster);
      return table === undefined ? [] : [scanCluster(table, { ...conditions, from: { cluster, ...start } })];
    });
    yield* merge(sources);
  }
}

function clustersOf(tables: readonly TypeTable[], filter: NameFilter = {}): readonly string[] {
  const matches = compileNameFilter(filter);
  const names = filter.in ?? tables.flatMap(({ clusters }) => [...clusters.keys()]);
  return [...new Set(names)].filter(matches).sort(compareText);
}

function* scanCluster(table: ClusterTable, conditions: Required<Pick<ScanConditions, 'from'>> & ScanConditions) {
  const { options, from } = conditions;
  const selected = selectByIndex(table, conditions);
  if (selected !== undefined) {
    for (const record of selected) if (comparePlaces(record, from) >= 0) yield record;
    return;
  }
  const wanted = sorted(options.names?.in);
  const names = wanted !== undefined && wanted.length <= namesToLookUp ? wanted : undefined;
  for (const namespace of namespacesOf(table, sorted(options.namespaces?.in), from.namespace)) {
    const firstName = namespace === from.namespace ? from.name : '';
    if (names === undefined) {
      for (const record of table.records.from(namespace, firstName)) {
        if (record.namespace !== namespace) break;
        yield record;
      }
    } else {
      for (const name of names) {
        const record = compareText(name, firstName) < 0 ? undefined : table.records.get(namespace, name);
        if (record !== undefined) yield record;
      }
    }
  }
}

/** The wanted namespaces, or all that exist: found by leaping from each to the first object behind it. */
function* namespacesOf(table: ClusterTable, wanted: readonly string[] | undefined, from: string) {
  if (wanted !== undefined) {
    yield* wanted.filter((namespace) => compareText(namespace, from) >= 0);
    return;
  }
  let [record] = table.records.from(from, '');
  while (record !== undefined) {
    yield record.namespace;
    record = table.records.firstBehindNamespace(record.namespace);
  }
}

/** The fewest candidates that an index gives, in order; undefined when a walk is the better way. */
function selectByIndex(table: ClusterTable, { options, owners }: ScanConditions): readonly StoredRecord[] | undefined {
  const ways = (options.labelSelector ?? [])
    .filter(({ operator }) => operator === 'in')
    .map(({ key, values }) => ({ index: table.byLabel(key), texts: [...new Set(values)] }));
  if (owners !== undefined) ways.push({ index: table.byOwner, texts: [...owners] });
  let best: (typeof ways)[number] | undefined;
  let fewest = Math.min(Math.max(table.records.size * selectiveShare, alwaysSelective), neverSelective);
  for (const way of ways) {
    const count = way.texts.reduce((sum, text) => sum + (way.index?.count(text) ?? 0), 0);
    if (count <= fewest) [best, fewest] = [way, count];
  }
  return best?.texts.flatMap((text) => [...(best.index?.get(text) ?? [])]).sort(comparePlaces);
}

function* merge(sources: readonly Iterator<StoredRecord, void>[]): Generator<StoredRecord, void, undefined> {
  // The next of each source, the first of all at the end.
  const heads: { record: StoredRecord; source: Iterator<StoredRecord, void> }[] = [];
  const advance = (source: Iterator<StoredRecord, void>) => {
    const { value: record } = source.next();
    if (record === undefined) return;
    let index = heads.length;
    while (index > 0 && compareRecords((heads[index - 1] as { record: StoredRecord }).record, record) < 0) index--;
    heads.splice(index, 0, { record, source });
  };
  for (const source of sources) advance(source);
  for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
    yield head.record;
    advance(head.source);
  }
}

function comparePlaces(a: { namespace: string; name: string }, b: { namespace: string; name: string }): number {
  return compareText(a.namespace, b.namespace) || compareText(a.name, b.name);
}

function compareRecords(a: StoredRecord, b: StoredRecord): number {
  const order = comparePlaces(a, b);
  if (order !== 0) return order;
  const [left, right] = [a.table.type, b.table.type];
  return (
    compareText(left.group, right.group) ||
    compareText(left.version, right.version) ||
    compareText(left.resource, right.resource)
  );
}

function sorted(names: readonly string[] | undefined): readonly string[] | undefined {
  return names === undefined ? undefined : [...new Set(names)].sort(compareText);
}
