import type { OrderColumn, OrderTerm } from '@clusterdex/storage-contract';
import type { SqlDialect } from './dialect.js';
import { joinSql, type Sql, type SqlValue, sql, verbatim } from './sql.js';

/** An expression to order by. Absent is NULL, and NULL comes first, with `descending` last. */
export interface SqlOrderTerm {
  readonly expression: Sql;
  readonly descending: boolean;
  readonly nullable: boolean;
}

const columns: Readonly<Record<OrderColumn, { expression: string; nullable: boolean }>> = {
  cluster: { expression: 'r.cluster', nullable: false },
  namespace: { expression: 'r.namespace', nullable: false },
  name: { expression: 'r.name', nullable: false },
  created_at: { expression: 'r.created_at', nullable: true },
  resource_version: { expression: 'r.version_number', nullable: true },
  uid: { expression: 'r.uid', nullable: false },
  kind: { expression: 't.kind', nullable: false },
  synced_at: { expression: 'r.synced_at', nullable: false },
};

const key = ['r.cluster', 'r.namespace', 'r.name'];
const typeKey = ['t.api_group', 't.version', 't.resource'];

/** The terms asked for, ended by the unique key. */
export function completeOrder(
  orderBy: readonly OrderTerm[] | undefined,
  collection: boolean,
  dialect: SqlDialect,
): SqlOrderTerm[] {
  const terms = (orderBy ?? []).map(({ by, descending }): SqlOrderTerm => {
    if ('path' in by) return { expression: dialect.fieldOrder(by.path), descending, nullable: true };
    const { expression, nullable } = columns[by.column];
    return { expression: verbatim(expression), descending, nullable };
  });
  const asked = new Set(terms.map((term) => term.expression.text));
  for (const expression of collection ? [...key, ...typeKey] : key) {
    if (!asked.has(expression)) terms.push({ expression: verbatim(expression), descending: false, nullable: false });
  }
  return terms;
}

export function renderOrder(terms: readonly SqlOrderTerm[], dialect?: Pick<SqlDialect, 'explicitNulls'>): Sql {
  return joinSql(
    terms.map(({ expression, descending, nullable }) => {
      const nulls = verbatim(dialect?.explicitNulls && nullable ? ` NULLS ${descending ? 'LAST' : 'FIRST'}` : '');
      return sql`${expression}${verbatim(descending ? ' DESC' : '')}${nulls}`;
    }),
    ', ',
  );
}

function behind(term: SqlOrderTerm, value: SqlValue): Sql {
  if (value === null) return term.descending ? verbatim('1 = 0') : sql`${term.expression} IS NOT NULL`;
  if (!term.descending) return sql`${term.expression} > ${value}`;
  const smaller = sql`${term.expression} < ${value}`;
  return term.nullable ? sql`(${smaller} OR ${term.expression} IS NULL)` : smaller;
}

function same(term: SqlOrderTerm, value: SqlValue): Sql {
  return value === null ? sql`${term.expression} IS NULL` : sql`${term.expression} = ${value}`;
}

/** The rows that come after the row with these values of the terms. */
export function afterPosition(
  terms: readonly SqlOrderTerm[],
  values: readonly SqlValue[],
  dialect?: Pick<SqlDialect, 'comparesColumnByColumn'>,
): Sql {
  if (dialect?.comparesColumnByColumn !== true && terms.every((term) => !term.descending && !term.nullable)) {
    const left = joinSql(
      terms.map((term) => term.expression),
      ', ',
    );
    const right = joinSql(
      values.map((value) => sql`${value}`),
      ', ',
    );
    return sql`(${left}) > (${right})`;
  }
  const alternatives = terms.map((term, index) => {
    const equal = terms.slice(0, index).map((earlier, position) => same(earlier, values[position] ?? null));
    return sql`(${joinSql([...equal, behind(term, values[index] ?? null)], ' AND ')})`;
  });
  return sql`(${joinSql(alternatives, ' OR ')})`;
}
