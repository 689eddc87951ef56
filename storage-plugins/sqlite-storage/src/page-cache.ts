import { ObjectCache } from './object-cache.js';
import type { PackedForm } from './packed-reader.js';
import type { Statements } from './statements.js';

/** What a page is made of: whole objects, their metadata, or their metadata with rows of Tables. */
export interface PageForm extends Pick<PackedForm, 'onlyMetadata' | 'rowPrefix'> {
  readonly kind: 'whole' | 'metadata' | 'rows';
}

/** What there is a cache for; undefined for what is asked for too seldom. */
export function pageFormOf({
  onlyMetadata,
  injectEvents,
  collection,
  rowPrefix,
}: PackedForm & { readonly injectEvents: boolean }): PageForm | undefined {
  if (injectEvents || collection) return undefined;
  if (rowPrefix === undefined) return { kind: onlyMetadata ? 'metadata' : 'whole', onlyMetadata };
  return onlyMetadata ? { kind: 'rows', onlyMetadata, rowPrefix } : undefined;
}

export type PageCaches = Readonly<Record<PageForm['kind'], ObjectCache>>;

/** `capacity` in bytes: so many for whole objects, a quarter more for each of the others, which are smaller. */
export function createPageCaches(statements: Statements, capacity: number): PageCaches {
  return {
    whole: new ObjectCache(statements, capacity),
    metadata: new ObjectCache(statements, capacity / 4),
    rows: new ObjectCache(statements, capacity / 4),
  };
}
