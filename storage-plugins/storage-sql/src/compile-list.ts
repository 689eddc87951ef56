import {
  type CollectionListOptions,
  createStorageError,
  type LabelRequirement,
  type NameFilter,
  type RawQueryParameter,
} from '@clusterdex/storage-contract';
import type { SqlDialect } from './dialect.js';
import { fieldCondition } from './field-condition.js';
import { labelCondition } from './label-condition.js';
import { completeOrder, type SqlOrderTerm } from './order.js';
import { ownerCondition, ownerScope } from './owner-condition.js';
import { foreignSql, isOneOf, type Sql, type SqlValue, sql, verbatim } from './sql.js';

/** A list as SQL: conditions over `resources r`, joined with `types t` and `objects o` where these are needed. */
export interface CompiledList {
  readonly conditions: readonly Sql[];
  readonly order: readonly SqlOrderTerm[];
  readonly needsObject: boolean;
  readonly needsType: boolean;
}

export interface CompileListOptions {
  readonly dialect: SqlDialect;
  /** undefined: every type. */
  readonly typeIds: readonly number[] | undefined;
  readonly collection: boolean;
  /** Requirements that the caller answers another way. */
  readonly withoutLabels?: readonly LabelRequirement[];
  /** What the database says of `fullText`; without it the caller looks for words itself. */
  readonly fullText?: Sql | undefined;
}

function nameConditions(column: Sql, filter: NameFilter | undefined): Sql[] {
  const conditions: Sql[] = [];
  if (filter?.in !== undefined) conditions.push(isOneOf(column, filter.in));
  if (filter?.notIn !== undefined && filter.notIn.length > 0)
    conditions.push(sql`NOT (${isOneOf(column, filter.notIn)})`);
  return conditions;
}

function fuzzyConditions(filter: NameFilter | undefined, dialect: SqlDialect): Sql[] {
  const contains = (part: string) => dialect.contains(verbatim('r.name'), part);
  const conditions = (filter?.notIn ?? []).map((part) => sql`NOT ${contains(part)}`);
  if (filter?.in !== undefined) {
    let any = verbatim('1 = 0');
    for (const part of filter.in) any = sql`${any} OR ${contains(part)}`;
    conditions.push(sql`(${any})`);
  }
  return conditions;
}

const plainValue = (value: string | number | boolean | null): SqlValue =>
  typeof value === 'boolean' ? Number(value) : value;

/** An array parameter stands for as many placeholders in parentheses as it has members, as in `name IN ?`. */
function rawCondition(statement: string, parameters: readonly RawQueryParameter[]): Sql {
  const values: SqlValue[] = [];
  let next = 0;
  let quote: string | undefined;
  let text = '';
  for (const character of statement) {
    if (quote !== undefined) quote = character === quote ? undefined : quote;
    else if (character === "'" || character === '"' || character === '`') quote = character;
    else if (character === '?') {
      const parameter = parameters[next++];
      if (parameter === undefined)
        throw createStorageError(
          'INVALID',
          `expected a parameter for each '?' of the statement, found ${parameters.length}`,
        );
      const members = Array.isArray(parameter) ? parameter.map(plainValue) : undefined;
      text += members === undefined ? '?' : `(${members.length === 0 ? 'NULL' : members.map(() => '?').join(', ')})`;
      values.push(...(members ?? [plainValue(parameter as string)]));
      continue;
    }
    text += character;
  }
  if (next !== parameters.length)
    throw createStorageError('INVALID', `expected ${next} parameters for the statement, found ${parameters.length}`);
  return sql`r.id IN (SELECT id FROM raw_resources WHERE (${foreignSql(text, values)}))`;
}

/** Compiles everything but limit, start and what belongs to the answer's form. */
export function compileList(
  options: CollectionListOptions,
  { dialect, typeIds, collection, withoutLabels = [], fullText }: CompileListOptions,
): CompiledList {
  const conditions: Sql[] = [];
  if (typeIds !== undefined) conditions.push(isOneOf(verbatim('r.type_id'), typeIds));
  conditions.push(...nameConditions(verbatim('r.cluster'), options.clusters));
  conditions.push(...nameConditions(verbatim('r.namespace'), options.namespaces));
  conditions.push(...nameConditions(verbatim('r.name'), options.names));
  conditions.push(...fuzzyConditions(options.fuzzyNames, dialect));
  if (options.since !== undefined) conditions.push(sql`r.created_at >= ${options.since}`);
  if (options.before !== undefined) conditions.push(sql`r.created_at < ${options.before}`);
  for (const requirement of options.labelSelector ?? []) {
    if (!withoutLabels.includes(requirement)) conditions.push(labelCondition(requirement, dialect));
  }
  if (options.owner !== undefined) conditions.push(ownerCondition(options.owner, ownerScope(options)));
  if (options.rawQuery !== undefined)
    conditions.push(rawCondition(options.rawQuery.statement, options.rawQuery.parameters));
  if (fullText !== undefined) conditions.push(fullText);
  const fields = options.fieldSelector ?? [];
  conditions.push(...fields.map((requirement) => fieldCondition(requirement, dialect)));
  const orderBy = options.orderBy ?? [];
  return {
    conditions,
    order: completeOrder(orderBy, collection, dialect),
    needsObject: fields.length > 0 || orderBy.some(({ by }) => 'path' in by),
    needsType: collection || orderBy.some(({ by }) => 'column' in by && by.column === 'kind'),
  };
}
