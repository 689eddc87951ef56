import type { CollectionListOptions, NameFilter, OrderTerm, ResourceTypeSelector } from '@clusterdex/storage-contract';
import type { SelectableFields } from '../kube/selectable-fields.js';
import { parseResources } from './collection-types.js';
import type { ContinueTokens } from './continue-tokens.js';
import type { FeatureGates } from './feature-gates.js';
import { fingerprint } from './fingerprint.js';
import { selectOwner } from './owner-selection.js';
import type { Parameter } from './parameter.js';
import type { QueryDraft } from './query-draft.js';
import { QueryError } from './query-error.js';
import { parseRawQuery } from './raw-query.js';
import { readSearchLabels, readUrlParameters, readValue } from './read-parameters.js';
import { intersectNames, resolveFields } from './resolve-fields.js';
import { checkResourceVersion, checkWatch, type RevisionBound, readRevisionBound } from './resource-version-rules.js';

export interface ListRequest {
  /** The raw query string, without its `?`. */
  readonly query: string;
  /** From the path; they win over every parameter. */
  readonly cluster?: string | undefined;
  readonly namespace?: string | undefined;
  /** The name of the collection resource, for a list of one. */
  readonly collection?: string | undefined;
  /** The resource type of the path, in any text that tells one from another; a continue token holds for it alone. */
  readonly scope?: string | undefined;
  /** What the type of the path is selected by, as a kube-apiserver does it; nothing for several types. */
  readonly selectableFields?: SelectableFields;
  /** The path asks for a watch already. */
  readonly watch?: boolean;
  /** The order of a list that asks for none: ascending by these field paths. */
  readonly defaultOrder?: readonly string[] | undefined;
  readonly gates: Pick<FeatureGates, 'RemainingItemCount' | 'AllowParameterizedSQLQuery'>;
  readonly storageName: string;
  readonly continueTokens: ContinueTokens;
}

export interface WatchParameters {
  /** Absent when the client names none; '0' means any. */
  readonly resourceVersion?: string;
  /** Whether what is there already comes first; absent leaves it to the resource version. */
  readonly sendInitialEvents?: boolean;
  readonly bookmarks: boolean;
}

export interface ParsedList {
  /** Frozen; `start` is what the storage gave out. */
  readonly options: CollectionListOptions;
  /** Whether the answer shows a continue when more objects follow. */
  readonly showContinue: boolean;
  /** The continue for the client, for a position of the storage. */
  issueContinue(position: string): string;
  /** Present when changes are asked for, instead of a list. */
  readonly watch?: WatchParameters;
  /** How new the answer has to be; absent when anything will do. Of a watch: of what it begins with. */
  readonly revisionBound?: RevisionBound;
  /** Greater than 0. */
  readonly timeoutSeconds?: number;
  /** As it stands in the query; undefined without one. */
  readonly includeObject: string | undefined;
}

/** A watch is no page of a list: clients send a limit all the same, and it means nothing. */
function watchParameters({ resourceVersion, sendInitialEvents, allowWatchBookmarks }: QueryDraft): WatchParameters {
  return {
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(sendInitialEvents !== undefined && { sendInitialEvents }),
    bookmarks: allowWatchBookmarks === true,
  };
}

type Options = { -readonly [Member in keyof CollectionListOptions]: CollectionListOptions[Member] };

/** The parameters and search labels of a list. QueryError for anything that is malformed, unknown or contradictory. */
export function parseListRequest(request: ListRequest): ParsedList {
  const { gates, collection = '', scope = '', continueTokens } = request;
  const draft = readUrlParameters(request.query, collection === 'any' ? refuseNothing : refuseTypes);
  if (request.watch === true) draft.watch = true;
  const options = selectObjects(request, draft);
  const print = () => fingerprint(options, { scope, collection });
  if (draft.watch === true) checkWatch(draft);
  else checkResourceVersion(draft);
  const revisionBound = readRevisionBound(draft);

  if (draft.watch !== true && draft.limit !== undefined && draft.limit.count > 0) options.limit = draft.limit.count;
  if (draft.start !== undefined && 'token' in draft.start) {
    options.start = { after: continueTokens.read(draft.start.token, print()) };
  } else if (draft.start !== undefined && draft.start.offset > 0) {
    options.start = draft.start;
  }
  if (draft.watch !== true && (draft.withRemainingCount ?? gates.RemainingItemCount)) options.withRemainingCount = true;
  if (draft.onlyMetadata === true) options.onlyMetadata = true;
  if (draft.injectEvents === true) options.injectEvents = true;

  return {
    options: Object.freeze(options),
    showContinue: options.limit !== undefined && (draft.withContinue ?? draft.limit?.top !== true),
    issueContinue: (position) => continueTokens.issue(position, print()),
    ...(draft.watch === true && { watch: watchParameters(draft) }),
    ...(revisionBound !== undefined && { revisionBound }),
    ...(draft.timeoutSeconds !== undefined && draft.timeoutSeconds > 0 && { timeoutSeconds: draft.timeoutSeconds }),
    includeObject: draft.includeObject,
  };
}

const noFields: SelectableFields = new Map();

/** Everything that says which objects, and in what order: what a fingerprint covers. */
function selectObjects(request: ListRequest, draft: QueryDraft): Options {
  const { cluster, namespace, gates, storageName } = request;
  const labels = readSearchLabels(draft.labelSelector ?? [], draft, storageName);
  const clusters = cluster === undefined ? draft.clusters : { in: [cluster] };
  const fields = resolveFields(draft.fieldSelector ?? [], request.selectableFields ?? noFields);
  const inNamespaces = namespace === undefined ? draft.namespaces : { in: [namespace] };
  const namespaces = intersectNames([inNamespaces, ...fields.namespaces]);
  const names = intersectNames([draft.names, ...fields.names]);
  const rawQuery = parseRawQuery(draft, gates.AllowParameterizedSQLQuery);
  const types = request.collection === 'any' ? selectTypes(draft) : undefined;
  const owner = selectOwner(draft, clusters);
  checkTimes(draft);

  const options: Options = {};
  if (clusters !== undefined) options.clusters = freezeNames(clusters);
  if (namespaces !== undefined) options.namespaces = freezeNames(namespaces);
  if (names !== undefined) options.names = freezeNames(names);
  if (draft.fuzzyNames !== undefined) options.fuzzyNames = freezeNames(draft.fuzzyNames);
  if (labels.own.length > 0) options.labelSelector = Object.freeze(labels.own);
  if (labels.extra.length > 0) options.extraLabelSelector = Object.freeze(labels.extra);
  if (fields.requirements.length > 0) options.fieldSelector = Object.freeze(fields.requirements);
  if (owner !== undefined) options.owner = owner;
  if (draft.since !== undefined) options.since = draft.since;
  if (draft.before !== undefined) options.before = draft.before;
  const orderBy = draft.orderBy ?? (draft.watch === true ? undefined : request.defaultOrder?.map(ascending));
  if (orderBy !== undefined) options.orderBy = Object.freeze(orderBy);
  if (draft.fullText !== undefined) options.fullText = draft.fullText;
  if (rawQuery !== undefined) options.rawQuery = rawQuery;
  if (types !== undefined) options.types = types;
  return options;
}

function selectTypes({ groups, resources }: QueryDraft): readonly ResourceTypeSelector[] | 'all' {
  if (groups === 'all') return 'all';
  if (groups === undefined && resources === undefined) {
    throw new QueryError('BadRequest', 'the collection resource any needs groups, resources or both', {
      field: 'groups',
    });
  }
  const named = resources === undefined ? [] : readValue('resources', () => parseResources(resources));
  return Object.freeze([...(groups ?? []), ...named]);
}

function checkTimes({ since, before }: QueryDraft): void {
  if (since === undefined || before === undefined || before >= since) return;
  const message = `before (${new Date(before).toISOString()}) is earlier than since (${new Date(since).toISOString()})`;
  throw new QueryError('BadRequest', message, { field: 'before' });
}

function ascending(path: string): OrderTerm {
  return { by: { path: path.split('.').map((key) => ({ key })) }, descending: false };
}

function freezeNames(filter: NameFilter): NameFilter {
  return Object.freeze(filter);
}

function refuseNothing(): undefined {
  return undefined;
}

function refuseTypes({ scope }: Parameter): string | undefined {
  return scope === 'any' ? 'it chooses the types of the collection resource any, and has no meaning here' : undefined;
}
