import { asciiLower } from '@clusterdex/storage-contract/selection';
import { fieldCandidates, type SqlDialect, sql, verbatim } from '@clusterdex/storage-sql';

const integer64 = '^[+-]?0*[0-9]{1,19}$';

/**
 * What SQL says the same way as the reference selection. Fields it does not: `fieldCondition` lets candidates through that the reference
 * selection then looks at, and an order by a field is made by it alone.
 */
export const postgresDialect: SqlDialect = {
  explicitNulls: true,
  existsSuffix: ' OFFSET 0',
  fieldCondition: (requirement) =>
    fieldCandidates(requirement, (text, part) => sql`strpos(${text}, ${part}) > 0`) ?? verbatim('true'),
  fieldOrder() {
    throw new TypeError('an order by a field is not made in SQL');
  },
  labelComparison({ operator, values }) {
    const bound = parseInteger(values[0] ?? '');
    if (bound === undefined) return verbatim('false');
    const value = verbatim('l.value::numeric');
    const beyond = operator === 'greaterThan' ? sql`${value} > ${bound}::numeric` : sql`${value} < ${bound}::numeric`;
    const isInteger = sql`l.value ~ ${integer64}`;
    return sql`CASE WHEN ${isInteger} THEN ${beyond} AND ${value} BETWEEN -9223372036854775808 AND 9223372036854775807 ELSE false END`;
  },
  // With the collation "C" lower() knows A to Z and nothing else.
  contains: (column, part) => sql`strpos(lower(${column}), ${asciiLower(part)}) > 0`,
};

function parseInteger(text: string): string | undefined {
  if (!/^[+-]?\d{1,64}$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return BigInt.asIntN(64, value) === value ? value.toString() : undefined;
}
