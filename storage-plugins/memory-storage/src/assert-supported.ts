import { type CollectionListOptions, createStorageError } from '@clusterdex/storage-contract';

const honoured: ReadonlySet<string> = new Set([
  'clusters',
  'namespaces',
  'names',
  'fuzzyNames',
  'labelSelector',
  'fieldSelector',
  'fullText',
  'owner',
  'since',
  'before',
  'orderBy',
  'limit',
  'start',
  'withRemainingCount',
  'onlyMetadata',
  'injectEvents',
  'withRows',
  'types',
] satisfies readonly (keyof CollectionListOptions)[]);

/** NOT_SUPPORTED for an option that this storage does not honour, one of a later contract included. */
export function assertSupported(options: CollectionListOptions): void {
  for (const [option, value] of Object.entries(options)) {
    const isEmpty = value === undefined || (Array.isArray(value) && value.length === 0);
    if (isEmpty || honoured.has(option)) continue;
    const keys =
      option === 'extraLabelSelector' ? ` (${options.extraLabelSelector?.map(({ key }) => key).join(', ')})` : '';
    throw createStorageError('NOT_SUPPORTED', `the storage memory does not support ${option}${keys}`);
  }
}
