import type { FieldPath, FieldRequirement } from '@clusterdex/storage-contract';
import { asciiLower } from '@clusterdex/storage-contract/selection';
import { isOneOf, type Sql, type SqlDialect, sql } from '@clusterdex/storage-sql';

const isPlain = (path: FieldPath) => path.every((segment) => segment.list !== 'any');

function jsonPath(path: FieldPath): string {
  return path.reduce((text, { key, list }) => {
    const index = list === undefined ? '' : Number(list) < 0 ? `[#${list}]` : `[${list}]`;
    return `${text}."${key}"${index}`;
  }, '$');
}

/** Values that only a JSON string can equal: no number, boolean, list or object is written like this. */
const isWord = (value: string) => !/^[-+\d.eE]*$|^(?:true|false)$|^[[{]/.test(value);

function nativeCondition({ path, operator, values }: FieldRequirement): Sql | undefined {
  if (!isPlain(path)) return undefined;
  const place = jsonPath(path);
  switch (operator) {
    case 'exists':
      return sql`coalesce(json_type(o.object, ${place}), 'null') <> 'null'`;
    case 'notExists':
      return sql`coalesce(json_type(o.object, ${place}), 'null') = 'null'`;
    case 'in':
    case 'notIn': {
      if (!values.every(isWord)) return undefined;
      const equal = isOneOf(sql`CAST(o.object ->> ${place} AS TEXT)`, values);
      return operator === 'in' ? equal : sql`coalesce(${equal}, 0) = 0`;
    }
    default:
      return undefined;
  }
}

export const sqliteDialect: SqlDialect = {
  fieldCondition: (requirement) =>
    nativeCondition(requirement) ?? sql`field_matches(o.object, ${JSON.stringify(requirement)})`,
  fieldOrder: (path) => sql`field_order(o.object, ${JSON.stringify(path)})`,
  labelComparison: ({ operator, values }) =>
    sql`compare_integers(l.value, ${values[0] ?? ''}) = ${operator === 'greaterThan' ? 1 : -1}`,
  contains: (column, part) => sql`instr(lower(${column}), ${asciiLower(part)}) > 0`,
};
