import type { FieldPath, FieldRequirement } from '@clusterdex/storage-contract';
import type { SqlDialect } from './dialect.js';
import { type Sql, sql, verbatim } from './sql.js';

/** A requirement as conditions that a dialect knows: what counts in place of an empty field is put together here. */
export function fieldCondition(requirement: FieldRequirement, dialect: SqlDialect): Sql {
  const { path, operator, values, whenEmpty } = requirement;
  const plain = (condition: FieldRequirement) => dialect.fieldCondition(condition);
  if (whenEmpty === undefined || (operator !== 'in' && operator !== 'notIn')) return plain({ path, operator, values });
  const filled = values.filter((value) => value !== '');
  const instead = otherwise({ operator, values, whenEmpty }, dialect);
  // What is opposite is written as the opposite, not as NOT: the comparison of an absent field may be NULL.
  if (operator === 'in') {
    const empty = sql`(${plain(absent(path))} OR ${plain(equals(path, ['']))})`;
    return sql`(${plain(equals(path, filled))} OR (${empty} AND ${instead}))`;
  }
  const notEmpty = sql`(${plain(present(path))} AND ${plain(differs(path, ['']))})`;
  return sql`(${plain(differs(path, filled))} AND (${notEmpty} OR ${instead}))`;
}

interface Substitute {
  readonly operator: 'in' | 'notIn';
  readonly values: readonly string[];
  readonly whenEmpty: string | FieldPath;
}

/** Whether what counts in place of the field is one of the values, or none of them. */
function otherwise({ operator, values, whenEmpty }: Substitute, dialect: SqlDialect): Sql {
  if (typeof whenEmpty === 'string') {
    return verbatim(values.includes(whenEmpty) === (operator === 'in') ? '(1 = 1)' : '(1 = 0)');
  }
  const compared = dialect.fieldCondition({ path: whenEmpty, operator, values });
  if (!values.includes('')) return sql`(${compared})`;
  return operator === 'in'
    ? sql`(${compared} OR ${dialect.fieldCondition(absent(whenEmpty))})`
    : sql`(${compared} AND ${dialect.fieldCondition(present(whenEmpty))})`;
}

function equals(path: FieldPath, values: readonly string[]): FieldRequirement {
  return { path, operator: 'in', values };
}

function differs(path: FieldPath, values: readonly string[]): FieldRequirement {
  return { path, operator: 'notIn', values };
}

function present(path: FieldPath): FieldRequirement {
  return { path, operator: 'exists', values: [] };
}

function absent(path: FieldPath): FieldRequirement {
  return { path, operator: 'notExists', values: [] };
}
