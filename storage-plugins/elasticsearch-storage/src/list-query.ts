import {
  type CollectionListOptions,
  createStorageError,
  type NameFilter,
  type ResourceTypeSelector,
} from '@clusterdex/storage-contract';
import { asciiLower } from '@clusterdex/storage-contract/selection';
import { term, timeOrder } from './document.js';
import { all, allOf, anyOf, fieldCondition, isOneOf, labelCondition, not, type Query } from './field-query.js';
import { fullTextCondition } from './full-text-query.js';
import type { Salt } from './tokens.js';

/** Which types are searched; undefined: all. */
export type TypeScope = readonly ResourceTypeSelector[] | undefined;

export type Residual = Pick<CollectionListOptions, 'labelSelector' | 'fieldSelector' | 'fullText'>;

export interface ListQuery {
  readonly query: Query;
  /** What the index cannot answer alone: each candidate has to be looked at with the reference selection. */
  readonly residual: Residual | undefined;
}

export function refuseUnsupported(options: CollectionListOptions): void {
  if (options.rawQuery !== undefined) {
    throw createStorageError(
      'NOT_SUPPORTED',
      `the storage 'elasticsearch' does not have the capability rawQuery, which this list asks for`,
    );
  }
  const extra = options.extraLabelSelector?.[0];
  if (extra !== undefined) {
    throw createStorageError('NOT_SUPPORTED', `the storage 'elasticsearch' knows no search label '${extra.key}'`);
  }
}

/** `owners`: the uids of whom the objects are to be owned by, when that is asked for. */
export function compileList(
  options: CollectionListOptions,
  scope: { readonly types: TypeScope; readonly owners: readonly string[] | undefined },
  salt: Salt,
): ListQuery {
  const { clusters, namespaces, names, fuzzyNames, since, before, labelSelector = [], fieldSelector = [] } = options;
  const queries = [...typeQueries(scope.types)];
  queries.push(...nameQueries('search.cluster', clusters));
  queries.push(...nameQueries('search.namespace', namespaces));
  queries.push(...nameQueries('search.name', names));
  if (fuzzyNames?.in !== undefined) queries.push(anyOf(fuzzyNames.in.map(nameContains)));
  for (const part of fuzzyNames?.notIn ?? []) queries.push(not(nameContains(part)));
  if (since !== undefined || before !== undefined) {
    // Absent is 0.
    const from = since === undefined ? 1 : Math.max(1, timeOrder(Math.ceil(since)));
    const to = before === undefined ? {} : { lt: timeOrder(Math.ceil(before)) };
    queries.push({ range: { 'search.created': { gte: from, ...to } } });
  }
  if (scope.owners !== undefined) queries.push(isOneOf('search.owner', scope.owners));
  const labels = labelSelector.map((requirement) => ({ requirement, ...labelCondition(requirement, salt) }));
  const fields = fieldSelector.map((requirement) => ({ requirement, ...fieldCondition(requirement, salt) }));
  queries.push(...[...labels, ...fields].map(({ query }) => query).filter((query) => query !== all));
  const words = options.fullText && fullTextCondition(options.fullText);
  if (words !== undefined) queries.push(words.query);
  const residual = {
    ...(words?.exact === false && { fullText: options.fullText }),
    labelSelector: labels.filter(({ exact }) => !exact).map(({ requirement }) => requirement),
    fieldSelector: fields.filter(({ exact }) => !exact).map(({ requirement }) => requirement),
  };
  const needsLook = words?.exact === false || residual.labelSelector.length + residual.fieldSelector.length > 0;
  return { query: allOf(queries), residual: needsLook ? residual : undefined };
}

export function typeQueries(types: TypeScope): readonly Query[] {
  if (types === undefined) return [];
  return [
    anyOf(
      types.map(({ group, version, resource }) =>
        allOf([
          isOneOf('search.group', [group]),
          ...(version === undefined ? [] : [isOneOf('search.version', [version])]),
          ...(resource === undefined ? [] : [isOneOf('search.resource', [resource])]),
        ]),
      ),
    ),
  ];
}

export function nameQueries(field: string, filter: NameFilter = {}): readonly Query[] {
  const { in: wanted, notIn = [] } = filter;
  return [
    ...(wanted === undefined ? [] : [isOneOf(field, wanted.map(term))]),
    ...(notIn.length === 0 ? [] : [not(isOneOf(field, notIn.map(term)))]),
  ];
}

function nameContains(part: string): Query {
  const literal = asciiLower(part).replace(/[*?\\]/g, '\\$&');
  return part === '' ? all : { wildcard: { 'search.lowerName': { value: `*${literal}*` } } };
}
