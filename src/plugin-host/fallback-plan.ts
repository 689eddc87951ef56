import {
  type Capabilities,
  type CapabilityName,
  type CollectionListOptions,
  createStorageError,
  type ListOptions,
} from '@clusterdex/storage-contract';

/** How the host and a storage share the work of a list. */
export interface FallbackPlan {
  /** What the caller wants. */
  readonly asked: CollectionListOptions;
  /** What the storage is asked for. */
  readonly inner: CollectionListOptions;
  /** The filters that the host applies. */
  readonly filter: ListOptions | undefined;
  /** The host sorts; otherwise the storage's order is the one asked for. */
  readonly order: boolean;
  /** The host does limit, start and continue. */
  readonly page: boolean;
  /** The host counts what remains. */
  readonly count: boolean;
  /** The host reduces objects to their metadata. */
  readonly metadata: boolean;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * Undefined when the storage does everything that is asked for itself. What comes behind a step that the host does is the host's
 * too: to filter after a limit, or to page before a sort, would give wrong answers.
 */
export function planFallback(asked: CollectionListOptions, capabilities: Capabilities): FallbackPlan | undefined {
  const filter = filtersOfHost(asked, capabilities);
  const order = (asked.orderBy?.length ?? 0) > 0 && !capabilities.orderBy;
  const count =
    asked.withRemainingCount === true &&
    (!capabilities.remainingItemCount || filter !== undefined || order || !capabilities.continueToken);
  const pages = asked.limit !== undefined || asked.start !== undefined;
  const page = pages && (!capabilities.continueToken || filter !== undefined || order || count);
  const needsFields =
    filter?.fieldSelector !== undefined ||
    filter?.fullText !== undefined ||
    ((order || page) && asked.orderBy?.some(({ by }) => 'path' in by) === true);
  const metadata = asked.onlyMetadata === true && (!capabilities.onlyMetadata || needsFields);
  if (filter === undefined && !order && !page && !count && !metadata) return undefined;
  if ((order || page) && asked.orderBy?.some(({ by }) => 'column' in by && by.column === 'synced_at')) {
    throw createStorageError(
      'NOT_SUPPORTED',
      'the storage cannot order by synced_at here, and nobody else knows it (capabilities "orderBy" and "continueToken")',
    );
  }
  const inner: Mutable<CollectionListOptions> = { ...asked };
  for (const key of Object.keys(filter ?? {}) as (keyof ListOptions)[]) delete inner[key];
  if (order) delete inner.orderBy;
  if (page) {
    delete inner.limit;
    delete inner.start;
  }
  if (count) delete inner.withRemainingCount;
  if (metadata) delete inner.onlyMetadata;
  return { asked, inner: Object.freeze(inner), filter, order, page, count, metadata };
}

/** What a storage without the capability `rows` is asked for: objects of which the rows can be made. */
export function withoutRows(asked: CollectionListOptions, capabilities: Capabilities): CollectionListOptions {
  if (capabilities.rows || asked.withRows === undefined) return asked;
  const { withRows: _withRows, onlyMetadata: _onlyMetadata, ...others } = asked;
  return Object.freeze(others);
}

const refusable = [
  ['owner', 'ownerSearch'],
  ['rawQuery', 'rawQuery'],
  ['injectEvents', 'events'],
] as const satisfies (readonly [keyof ListOptions, CapabilityName])[];

/** The capability that a list needs, the storage lacks and nobody can stand in for, if there is one. */
export function missingCapability(options: ListOptions, capabilities: Capabilities): CapabilityName | undefined {
  for (const [option, capability] of refusable) {
    if (!capabilities[capability] && options[option] !== undefined && options[option] !== false) return capability;
  }
  return undefined;
}

/** The filter that the host would have to do for the storage, by its capability, if there is one. */
export function missingFilter(options: ListOptions, capabilities: Capabilities): CapabilityName | undefined {
  const filter = filtersOfHost(options, capabilities);
  if (filter?.labelSelector !== undefined) return 'labelSelector';
  if (filter?.fieldSelector !== undefined) return 'fieldSelector';
  if (filter?.fullText !== undefined) return 'fullText';
  return filter?.fuzzyNames === undefined ? undefined : 'fuzzyName';
}

function filtersOfHost(asked: ListOptions, capabilities: Capabilities): ListOptions | undefined {
  const filter: Mutable<ListOptions> = {};
  if (asked.labelSelector?.length && !capabilities.labelSelector) filter.labelSelector = asked.labelSelector;
  if (asked.fieldSelector?.length && !capabilities.fieldSelector) filter.fieldSelector = asked.fieldSelector;
  if (asked.fuzzyNames !== undefined && !capabilities.fuzzyName) filter.fuzzyNames = asked.fuzzyNames;
  if (asked.fullText !== undefined && !capabilities.fullText) filter.fullText = asked.fullText;
  return Object.keys(filter).length > 0 ? filter : undefined;
}
