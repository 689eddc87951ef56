import type {
  FieldRequirement,
  FullTextQuery,
  LabelRequirement,
  NameFilter,
  OrderTerm,
  OwnerSelection,
  ResourceTypeSelector,
} from '@clusterdex/storage-contract';

/** What the parameters of one request say, before they are put together; a member is absent when its parameter says nothing. */
export interface QueryDraft {
  clusters?: NameFilter;
  namespaces?: NameFilter;
  names?: NameFilter;
  fuzzyNames?: NameFilter;
  labelSelector?: readonly LabelRequirement[];
  fieldSelector?: readonly FieldRequirement[];
  ownerUid?: string;
  ownerName?: string;
  ownerGroupResource?: NonNullable<OwnerSelection['groupResource']>;
  ownerSeniority?: number;
  since?: number;
  before?: number;
  orderBy?: readonly OrderTerm[];
  /** `top`: the best so many, instead of a page of so many. Not greater than 0 means no limit. */
  limit?: { readonly count: number; readonly top: boolean };
  start?: { readonly token: string } | { readonly offset: number };
  withContinue?: boolean;
  withRemainingCount?: boolean;
  onlyMetadata?: boolean;
  injectEvents?: boolean;
  groups?: readonly ResourceTypeSelector[] | 'all';
  /** Not parsed: with every group it does not matter what it says. */
  resources?: string;
  fullText?: FullTextQuery;
  whereSQL?: string;
  whereSQLStatement?: string;
  whereSQLParam?: readonly string[];
  whereSQLJSONParams?: string;
  watch?: boolean;
  timeoutSeconds?: number;
  includeObject?: string;
  resourceVersion?: string;
  resourceVersionMatch?: string;
  sendInitialEvents?: boolean;
  allowWatchBookmarks?: boolean;
}
