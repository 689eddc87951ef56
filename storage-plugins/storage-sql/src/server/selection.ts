import type { CollectionListOptions, LabelRequirement } from '@clusterdex/storage-contract';
import { type CompiledList, compileList } from '../compile-list.js';
import { labelIds } from '../label-condition.js';
import { afterPosition, type SqlOrderTerm } from '../order.js';
import { decodePosition, encodePosition } from '../position.js';
import { joinSql, type Sql, type SqlValue, sql, verbatim } from '../sql.js';
import { canMerge, mergedTypes } from './merge-types.js';
import type { SqlBackend, Value } from './sql-backend.js';
import { textOf } from './values.js';
import type { WordPlan } from './word-index.js';

export interface QueryScope {
  /** undefined: every type. */
  readonly typeIds: readonly number[] | undefined;
  readonly collection: boolean;
  /** Whether what the conditions let through is the answer, in its order: nobody looks at it again. */
  readonly exact: boolean;
  /** Few objects fulfil it: begin with them. */
  readonly driver: LabelRequirement | undefined;
  /** How words are searched for. */
  readonly words?: WordPlan;
}

/** A list as conditions and order, without where it begins. */
export interface Selection {
  readonly from: Sql;
  readonly where: readonly Sql[];
  readonly order: readonly SqlOrderTerm[];
  /** It has few objects more than the page. */
  readonly merged?: boolean;
}

/** A database wants an integer; no table holds this many rows. */
export const largestLimit = 1e15;

const integerColumns = new Set(['r.created_at', 'r.version_number', 'r.synced_at']);

/** `options` without an order by fields. */
export function selectionOf(
  backend: SqlBackend,
  options: CollectionListOptions,
  { typeIds, collection, exact, driver, words }: QueryScope,
): Selection {
  const merges = exact && driver === undefined && collection && canMerge(options, typeIds);
  const compiled = compileList(options, {
    dialect: backend.dialect,
    typeIds: merges ? undefined : typeIds,
    collection,
    withoutLabels: driver === undefined ? [] : [driver],
    fullText: words?.condition,
  });
  if (merges) {
    const page = mergedTypes(backend, options, { typeIds, conditions: compiled.conditions });
    return { from: sql`${page}${verbatim(joins(compiled, backend))}`, where: [], order: compiled.order, merged: true };
  }
  const driven = driver === undefined ? undefined : backend.drivenBy(labelIds(driver, backend.dialect));
  const from = sql`${words?.from ?? driven?.from ?? verbatim('resources r')}${verbatim(joins(compiled, backend))}`;
  return { from, where: [...(driven?.where ?? []), ...compiled.conditions], order: compiled.order };
}

function joins({ needsObject, needsType }: CompiledList, { join }: SqlBackend): string {
  const types = needsType ? ` ${join} types t ON t.id = r.type_id` : '';
  return `${types}${needsObject ? ` ${join} objects o ON o.id = r.id` : ''}`;
}

/** The values of the order's terms as text, from which `readPosition` makes a position. */
export const termsAsText = (backend: SqlBackend, order: readonly SqlOrderTerm[]): Sql =>
  joinSql(
    order.map(({ expression }) => backend.asText(expression)),
    ', ',
  );

export function positionFrom(order: readonly SqlOrderTerm[], values: readonly Value[]): string {
  return encodePosition(
    order.map(({ expression }, index) => {
      const value = values[index] ?? null;
      if (value === null) return null;
      return integerColumns.has(expression.text) ? BigInt(textOf(value)) : textOf(value);
    }),
  );
}

/** The condition for where a page begins. Throws INVALID for a position that was made for another order. */
export function startCondition(
  { dialect }: SqlBackend,
  { start }: CollectionListOptions,
  order: readonly SqlOrderTerm[],
): Sql[] {
  if (start === undefined || 'offset' in start) return [];
  const values = decodePosition(start.after, order.length).map((value, index): SqlValue => {
    if (value === null) return null;
    const isInteger = integerColumns.has(order[index]?.expression.text ?? '');
    return isInteger ? BigInt(Number.isNaN(Number(value)) ? 0 : String(value)) : String(value);
  });
  return [afterPosition(order, values, dialect)];
}
