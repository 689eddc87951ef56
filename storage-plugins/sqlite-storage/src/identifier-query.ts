import type { CollectionListOptions, LabelRequirement } from '@clusterdex/storage-contract';
import {
  afterPosition,
  allOf,
  compileList,
  decodePosition,
  isFieldLabel,
  isOneOf,
  joinSql,
  renderOrder,
  type Sql,
  sql,
  verbatim,
} from '@clusterdex/storage-sql';
import { type KnownType, mergeTypes } from './merge-types.js';
import type { IdentifierQuery, PlainSql } from './select-identifiers.js';
import { sqliteDialect } from './sqlite-dialect.js';
import type { FullTextConditions } from './word-query.js';

interface Driver {
  readonly requirement: LabelRequirement;
  readonly labelIds: readonly number[];
}

export interface QueryScope {
  /** undefined: every type. */
  readonly typeIds: readonly number[] | undefined;
  readonly collection: boolean;
  /** The types, where the list is to be merged from one for each of them. */
  readonly merged: readonly KnownType[] | undefined;
  /** Whether the sizes of the objects are to come along: then the rows are read and not the index alone. */
  readonly withSizes: boolean;
  /** How words are searched for. */
  readonly words?: FullTextConditions | undefined;
  /** Few objects carry one of these labels: begin with them. */
  readonly driver: Driver | undefined;
}

/** SQLite wants an integer; no table holds this many rows. */
const largestLimit = 1e15;

function source(begin: string, { needsObject, needsType }: { needsObject: boolean; needsType: boolean }): string {
  let tables = begin;
  if (needsType) tables += ' JOIN types t ON t.id = r.type_id';
  // CROSS JOIN keeps the order of the loops: the object's row is read for those that pass everything cheaper.
  if (needsObject) tables += ' CROSS JOIN objects o ON o.id = r.id';
  return tables;
}

/** An object has a label once, and of a field that is kept as labels perhaps several. */
function driven({ requirement, labelIds }: Driver): { readonly begin: Sql; readonly conditions: readonly Sql[] } {
  const chosen = (column: string) => isOneOf(verbatim(column), labelIds);
  const resources = verbatim('CROSS JOIN resources r ON r.id = d.object_id');
  if (labelIds.length > 1 && isFieldLabel(requirement.key)) {
    const distinct = sql`(SELECT DISTINCT x.object_id FROM object_labels x WHERE ${chosen('x.label_id')}) d`;
    return { begin: sql`${distinct} ${resources}`, conditions: [] };
  }
  return { begin: sql`object_labels d ${resources}`, conditions: [chosen('d.label_id')] };
}

/** The id is bound by the caller, behind the parameters of the terms. */
function positionOf(terms: Sql, tables: string): PlainSql {
  return { text: `SELECT ${terms.text} FROM ${tables} WHERE r.id = ?`, parameters: terms.parameters };
}

/** Compiles a list to the queries that find its objects. Throws INVALID for a foreign position. */
export function identifierQuery(options: CollectionListOptions, scope: QueryScope): IdentifierQuery {
  const { words } = scope;
  const query = compileQuery(options, scope, words?.condition);
  if (words?.whenFew === undefined) return query;
  const { condition, count, most } = words.whenFew;
  const { select, count: countAll } = compileQuery(options, scope, condition);
  return { ...query, whenFew: { found: count, most, select, count: countAll } };
}

function compileQuery(options: CollectionListOptions, scope: QueryScope, fullText: Sql | undefined): IdentifierQuery {
  const { typeIds, collection, driver, withSizes, merged } = scope;
  const compiled = compileList(options, {
    dialect: sqliteDialect,
    typeIds,
    collection,
    withoutLabels: driver === undefined ? [] : [driver.requirement],
    fullText,
  });
  const { order, needsObject, needsType } = compiled;
  const begin = driver === undefined ? { begin: verbatim('resources r'), conditions: [] } : driven(driver);
  const conditions: Sql[] = [...begin.conditions, ...compiled.conditions];
  const { start } = options;
  const after =
    start !== undefined && 'after' in start ? decodePosition(start.after, compiled.order.length) : undefined;
  const limit = options.limit === undefined ? undefined : Math.min(options.limit, largestLimit);
  if (after !== undefined) conditions.push(afterPosition(order, after));
  const offset = start !== undefined && 'offset' in start ? Math.min(start.offset, largestLimit) : 0;
  const from = sql`${begin.begin}${verbatim(source('', { needsObject, needsType }))}`;
  const where = allOf(conditions);
  const page =
    limit === undefined && offset === 0
      ? verbatim('')
      : sql` LIMIT ${limit === undefined ? -1 : limit + 1} OFFSET ${offset}`;
  const terms = joinSql(
    order.map((term) => term.expression),
    ', ',
  );
  const untyped = () => compileList(options, { dialect: sqliteDialect, typeIds: undefined, collection }).conditions;
  return {
    select: merged
      ? mergeTypes(merged, { conditions: untyped(), after, page })
      : sql`SELECT r.id${verbatim(withSizes ? ', r.size' : '')} FROM ${from} WHERE ${where} ORDER BY ${renderOrder(order)}${page}`,
    withSizes,
    limit,
    position: positionOf(terms, source('resources r', { needsObject, needsType })),
    count: options.withRemainingCount === true ? sql`SELECT count(*) FROM ${from} WHERE ${where}` : undefined,
    subtract: offset,
  };
}
