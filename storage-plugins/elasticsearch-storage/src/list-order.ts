import { type CollectionListOptions, createStorageError, type OrderColumn } from '@clusterdex/storage-contract';
import { allOf, anyOf, none, type Query } from './field-query.js';

type SortValue = string | number;

interface SortTerm {
  readonly field: string;
  readonly descending: boolean;
  readonly isNumber: boolean;
}

/** The place of an object in an order. */
export type SortValues = readonly SortValue[];

const columns: Readonly<Record<OrderColumn, string>> = {
  cluster: 'search.cluster',
  namespace: 'search.namespace',
  name: 'search.name',
  created_at: 'search.created',
  resource_version: 'search.resourceVersion',
  uid: 'search.uid',
  kind: 'search.kind',
  synced_at: 'search.synced',
};
const numbers = new Set<string>(['search.created', 'search.synced']);

/** The order of a list without fields: its terms, then the key, so that no two objects have the same place. */
export class ListOrder {
  readonly #terms: readonly SortTerm[];

  constructor({ orderBy = [] }: CollectionListOptions) {
    const terms = orderBy.flatMap(({ by, descending }): SortTerm[] => {
      if ('path' in by) return [];
      const field = columns[by.column];
      return [{ field, descending, isNumber: numbers.has(field) }];
    });
    // The key is ordered by cluster first: that alone is the default order.
    const isDefault = terms.length === 1 && terms[0]?.field === 'search.cluster' && !terms[0].descending;
    this.#terms = [...(isDefault ? [] : terms), { field: 'search.key', descending: false, isNumber: false }];
  }

  get sort(): readonly Query[] {
    return this.#terms.map(({ field, descending }) => ({ [field]: descending ? 'desc' : 'asc' }));
  }

  /** Of a hit: a point in time adds a value of its own. */
  valuesOf(sort: readonly unknown[]): SortValues {
    return sort.slice(0, this.#terms.length) as SortValues;
  }

  formatPosition(values: SortValues): string {
    return Buffer.from(JSON.stringify(values)).toString('base64url');
  }

  /** INVALID unless it was made for an order of the same kinds of values. */
  parsePosition(text: string): SortValues {
    let values: unknown;
    try {
      values = JSON.parse(Buffer.from(text, 'base64url').toString());
    } catch {
      values = undefined;
    }
    if (this.#isPosition(values)) return values;
    throw createStorageError('INVALID', `expected a position of a list in this order, found '${text.slice(0, 64)}'`);
  }

  /** Everything behind a place. */
  behind(values: SortValues): Query {
    const alternatives = this.#terms.map((term, index) => {
      const equal = this.#terms
        .slice(0, index)
        .map(({ field }, at): Query => ({ term: { [field]: values[at] as SortValue } }));
      const value = values[index] as SortValue;
      return allOf([...equal, { range: { [term.field]: { [term.descending ? 'lt' : 'gt']: value } } }]);
    });
    return alternatives.length === 0 ? none : anyOf(alternatives);
  }

  #isPosition(values: unknown): values is SortValues {
    return (
      Array.isArray(values) &&
      values.length === this.#terms.length &&
      this.#terms.every(({ isNumber }, index) =>
        isNumber ? Number.isSafeInteger(values[index]) : typeof values[index] === 'string',
      )
    );
  }
}
