import { asciiLower } from '@clusterdex/storage-contract/selection';
import { fieldCandidates, type SqlDialect, sql, verbatim } from '@clusterdex/storage-sql';

const integer64 = '^[+-]?0*[0-9]{1,19}$';

/**
 * What SQL says the same way as the reference selection. Fields it does not: `fieldCondition` lets candidates through that the reference
 * selection then looks at, and an order by a field is made by it alone.
 */
export const mysqlDialect: SqlDialect = {
  comparesColumnByColumn: true,
  fieldCondition: (requirement) =>
    fieldCandidates(requirement, (text, part) => sql`instr(${text}, ${part}) > 0`) ?? verbatim('1 = 1'),
  fieldOrder() {
    throw new TypeError('an order by a field is not made in SQL');
  },
  labelComparison({ operator, values }) {
    const bound = parseInteger(values[0] ?? '');
    if (bound === undefined) return verbatim('1 = 0');
    const value = verbatim('CAST(CONVERT(l.value USING utf8mb4) AS DECIMAL(40, 0))');
    const limit = verbatim(`CAST('${bound}' AS DECIMAL(40, 0))`);
    const beyond = operator === 'greaterThan' ? sql`${value} > ${limit}` : sql`${value} < ${limit}`;
    const isInteger = sql`CONVERT(l.value USING utf8mb4) REGEXP ${integer64}`;
    return sql`CASE WHEN ${isInteger} THEN ${beyond} AND ${value} BETWEEN -9223372036854775808 AND 9223372036854775807 ELSE 0 END`;
  },
  // Of the names alone: lower() of the server knows more letters than A to Z.
  contains: (_column, part) => sql`instr(coalesce(r.lower_name, r.name), ${asciiLower(part)}) > 0`,
};

function parseInteger(text: string): string | undefined {
  if (!/^[+-]?\d{1,64}$/.test(text)) return undefined;
  const value = BigInt(text.replace(/^\+/, ''));
  return BigInt.asIntN(64, value) === value ? value.toString() : undefined;
}
