import type { LabelRequirement } from '@clusterdex/storage-contract';
import type { SqlDialect } from './dialect.js';
import { isOneOf, type Sql, sql, verbatim } from './sql.js';

/** The ids of the labels that satisfy the positive form of a requirement. */
export function labelIds(requirement: LabelRequirement, dialect: SqlDialect): Sql {
  const named = sql`SELECT l.id FROM labels l WHERE l.name = ${requirement.key}`;
  switch (requirement.operator) {
    case 'in':
    case 'notIn':
      return sql`${named} AND ${isOneOf(verbatim('l.value'), requirement.values)}`;
    case 'exists':
    case 'notExists':
      return named;
    case 'greaterThan':
    case 'lessThan':
      return sql`${named} AND ${dialect.labelComparison(requirement)}`;
  }
}

export function isNegative(requirement: { readonly operator: string }): boolean {
  return requirement.operator === 'notIn' || requirement.operator === 'notExists';
}

/** A condition on `r.id`, answered from the label index. */
export function labelCondition(requirement: LabelRequirement, dialect: SqlDialect): Sql {
  const has = sql`EXISTS (SELECT 1 FROM object_labels x WHERE x.object_id = r.id AND x.label_id IN (${labelIds(requirement, dialect)})${verbatim(dialect.existsSuffix ?? '')})`;
  return isNegative(requirement) ? sql`NOT ${has}` : has;
}
