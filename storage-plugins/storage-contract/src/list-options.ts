import type { ResourceTypeSelector } from './resource-type.js';

/** Restricts a string: it has to be in `in` (when given) and not in `notIn` (when given). An empty `in` matches nothing. */
export interface NameFilter {
  readonly in?: readonly string[];
  readonly notIn?: readonly string[];
}

/**
 * One requirement of a selector. `in` and `notIn` carry the values (`=` is `in` with one value, `!=` is `notIn` with one);
 * `greaterThan` and `lessThan` carry exactly one; the other two none.
 * Absent matches `notIn` and `notExists` only, so each operator and its opposite split the objects in two.
 */
export type SelectorOperator = 'in' | 'notIn' | 'exists' | 'notExists' | 'greaterThan' | 'lessThan';

export interface LabelRequirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

/** A step into an object: the member `key`, and, if it is a list, one element (`index`, negative from the end) or any. */
export interface FieldSegment {
  readonly key: string;
  readonly list?: 'any' | number;
}

export type FieldPath = readonly FieldSegment[];

/**
 * Compares a field as text: strings as they are, numbers in their shortest decimal form, booleans as `true` and `false`, objects and
 * lists as compact JSON; null equals absent. Over a list (`any`) a positive operator holds when it holds for any element, `notIn` and
 * `notExists` are the opposite of `in` and `exists`. `greaterThan` and `lessThan` compare numbers, Kubernetes quantities (`500m`,
 * `2Gi`) or RFC 3339 times, whichever the value of the requirement is; a field that is not of that sort does not match.
 */
export interface FieldRequirement {
  readonly path: FieldPath;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
  /**
   * For `in` and `notIn`: what counts in place of a field that is absent or the empty text, as a Kubernetes API server fills fields in: a
   * text, or another field, which counts as the empty text when it is absent as well. `notIn` stays the opposite of `in`.
   */
  readonly whenEmpty?: string | FieldPath;
}

/** Well-known fields to order by; anything else is a path of the field-selector grammar. */
export const orderColumns = [
  'cluster',
  'namespace',
  'name',
  'created_at',
  'resource_version',
  'uid',
  'kind',
  'synced_at',
] as const;
export type OrderColumn = (typeof orderColumns)[number];

/**
 * One term of the order. Text compares by code point; `resource_version` as a decimal number (one that is none counts as absent),
 * times as instants; a field by its sort: absent, then numbers by value, then everything else as text (see FieldRequirement).
 * Absent comes first, with `descending` last. Whatever the terms, the order ends with cluster, namespace, name and, in a
 * collection, group, version, resource, each ascending; with no terms that is the whole order.
 */
export interface OrderTerm {
  readonly by: { readonly column: OrderColumn } | { readonly path: FieldPath };
  readonly descending: boolean;
}

/**
 * Selects objects by their controller. Own(0) is { uid }, or the uids of the cluster's objects of any type that are called `name`
 * (restricted to `groupResource`, and, if the list is restricted to namespaces, to those namespaces and cluster-scoped
 * objects). Own(k) are the uids of the cluster's objects whose owner is in Own(k-1). An object is selected when its owner is in
 * Own(seniority). Exactly one cluster is in `clusters.in` whenever an owner is given.
 */
export interface OwnerSelection {
  readonly uid?: string;
  readonly name?: string;
  readonly groupResource?: { readonly group: string; readonly resource: string };
  /** 0 is the parent, 1 the grandparent; at most 10. */
  readonly seniority: number;
}

/**
 * Words that stand next to each other, in this order, in one text of an object; with `prefix` the last of them may be longer. At least
 * one; each is a word as `wordsOf` of the selection makes them.
 */
export interface FullTextTerm {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

/**
 * A search for words, as `parseFullText` of the selection reads it. An object is found when of each list in `required` it has one term, and
 * none of `excluded`. What the texts of an object are, and what is never searched (values of Secrets), says `searchTextOf`.
 */
export interface FullTextQuery {
  /** Every list has at least one term. */
  readonly required: readonly (readonly FullTextTerm[])[];
  readonly excluded: readonly FullTextTerm[];
}

/** Parsed, validated and frozen; the same value goes to every storage. Filters combine with AND. */
export interface ListOptions {
  readonly clusters?: NameFilter;
  readonly namespaces?: NameFilter;
  readonly names?: NameFilter;
  /** Parts of names, ASCII case-insensitive, every character literal: the name contains one of `in` and none of `notIn`. */
  readonly fuzzyNames?: NameFilter;
  readonly labelSelector?: readonly LabelRequirement[];
  readonly fieldSelector?: readonly FieldRequirement[];
  readonly owner?: OwnerSelection;
  /** Creation time in milliseconds since the epoch: since <= created < before. An object without one matches neither. */
  readonly since?: number;
  readonly before?: number;
  readonly orderBy?: readonly OrderTerm[];
  /** Greater than 0; absent means all. */
  readonly limit?: number;
  /** Where the page begins: behind a position that an earlier page returned as `continue`, or after this many objects. */
  readonly start?: { readonly after: string } | { readonly offset: number };
  readonly withRemainingCount?: boolean;
  readonly onlyMetadata?: boolean;
  readonly injectEvents?: boolean;
  /**
   * For a Table: an object comes with its row when the row begins with `prefix`, each character literal. The others come without, and
   * whole: `onlyMetadata` reduces those with a row only, for where there is none it has to be made of the whole object.
   */
  readonly withRows?: { readonly prefix: string };
  readonly fullText?: FullTextQuery;
  /** Requirements on labels below `<storage name>.clusterpedia.io/`, for the storage alone; it refuses those that it does not know. */
  readonly extraLabelSelector?: readonly LabelRequirement[];
  /** A WHERE condition in SQL with `?` placeholders; only for storages with the capability rawQuery. */
  readonly rawQuery?: { readonly statement: string; readonly parameters: readonly RawQueryParameter[] };
}

export type RawQueryParameter = string | number | boolean | null | readonly (string | number | boolean | null)[];

export interface CollectionListOptions extends ListOptions {
  /** For `any`: which types; otherwise absent, and the types of the collection resource apply. 'all' means every type. */
  readonly types?: readonly ResourceTypeSelector[] | 'all';
}
