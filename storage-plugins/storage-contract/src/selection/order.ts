import { createStorageError } from '../errors.js';
import type { OrderColumn, OrderTerm } from '../list-options.js';
import type { ResourceType } from '../resource-type.js';
import { isDecimal } from './compare-resource-versions.js';
import { compareText } from './compare-text.js';
import { fieldText } from './field-text.js';
import { fieldValue } from './field-value.js';
import type { SelectableObject } from './selectable-object.js';

/** Absent, a number, an integer beyond the safe range as its digits, or text; each sorts before the next but the two sorts of number. */
export type OrderValue = null | number | readonly [digits: string] | string;

/** The place of an object in an order: a value for each term, then cluster, namespace, name, and in a collection its type. Plain JSON. */
export type OrderKey = readonly OrderValue[];

export interface Order {
  /** How many values a key has; three more in a collection. */
  readonly keyLength: number;
  /** With `type` the key of a collection. */
  key(object: SelectableObject, type?: ResourceType): OrderKey;
  compare(a: OrderKey, b: OrderKey): number;
}

/** INVALID when a term's path goes over all elements of a list: such a path has no one value to order by. */
export function compileOrder(orderBy: readonly OrderTerm[] = []): Order {
  const terms = orderBy.map((term) => ({ value: compileValue(term), sign: term.descending ? -1 : 1 }));
  return {
    keyLength: terms.length + 3,
    key(object, type) {
      const key: OrderValue[] = terms.map((term) => term.value(object));
      key.push(object.cluster, object.namespace, object.name);
      if (type !== undefined) key.push(type.group, type.version, type.resource);
      return key;
    },
    compare(a, b) {
      const length = Math.max(a.length, b.length);
      for (let i = 0; i < length; i++) {
        const order = compareOrderValues(a[i] ?? null, b[i] ?? null);
        if (order !== 0) return order * (terms[i]?.sign ?? 1);
      }
      return 0;
    },
  };
}

/** Whether a value, out of a position say, is a key of this length. */
export function isOrderKey(value: unknown, length: number): value is OrderKey {
  return Array.isArray(value) && value.length === length && value.every(isOrderValue);
}

function isOrderValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 1 && /^-?[0-9]{16,400}$/.test(String(value[0]));
  return value === null || typeof value === 'number' || typeof value === 'string';
}

function compileValue({ by }: OrderTerm): (object: SelectableObject) => OrderValue {
  if ('column' in by) return columns[by.column];
  const { path } = by;
  if (path.some((segment) => segment.list === 'any')) {
    const name = path.map((segment) => segment.key + (segment.list === 'any' ? '[]' : '')).join('.');
    throw createStorageError(
      'INVALID',
      `cannot order by ${name}: a list has no single value, name one element by its index`,
    );
  }
  return (object) => {
    const value = fieldValue(path, object.fields());
    if (typeof value === 'number') return value;
    return typeof value === 'bigint' ? [value.toString()] : (fieldText(value) ?? null);
  };
}

const columns: Readonly<Record<OrderColumn, (object: SelectableObject) => OrderValue>> = {
  cluster: (object) => object.cluster,
  namespace: (object) => object.namespace,
  name: (object) => object.name,
  created_at: (object) => object.createdAt ?? null,
  resource_version: (object) => decimal(object.resourceVersion),
  uid: (object) => object.uid,
  kind: (object) => object.kind,
  synced_at: (object) => object.syncedAt ?? null,
};

function decimal(text: string): OrderValue {
  if (!isDecimal(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : [BigInt(text).toString()];
}

function compareOrderValues(a: OrderValue, b: OrderValue): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  const left = sortOf(a);
  const right = sortOf(b);
  if (left !== right || left === 0) return left - right;
  // JavaScript compares number and bigint by their exact values.
  const x = numeric(a);
  const y = numeric(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

function sortOf(value: OrderValue): number {
  return value === null ? 0 : typeof value === 'string' ? 2 : 1;
}

function numeric(value: OrderValue): number | bigint {
  return typeof value === 'number' ? value : BigInt((value as readonly [string])[0]);
}
