import { joinSql, type Sql, type SqlConnection, type SqlValue, sql, verbatim } from '@clusterdex/storage-sql';

/** So much goes in one statement: below what every server takes (max_allowed_packet), few texts to remember. */
const bytesPerStatement = 4 * 1024 * 1024;
const rowsPerStatement = 500;
/** Of two numbers or texts each. */
const pairsPerStatement = 5000;

/** Several rows in few statements: `INSERT INTO table (columns) VALUES (…), (…)`, ended by `ending`. */
export async function insertRows(
  connection: SqlConnection,
  into: { readonly table: string; readonly columns: string; readonly ending?: string },
  rows: readonly (readonly SqlValue[])[],
): Promise<void> {
  for (const some of split(rows)) {
    const values = joinSql(some.map(rowOf), ', ');
    const ending = verbatim(into.ending === undefined ? '' : ` ${into.ending}`);
    await connection.query(sql`INSERT INTO ${verbatim(`${into.table} (${into.columns})`)} VALUES ${values}${ending}`);
  }
}

export const rowOf = (values: readonly SqlValue[]): Sql =>
  sql`(${joinSql(
    values.map((value) => sql`${value}`),
    ', ',
  )})`;

export function* split<Item extends readonly SqlValue[]>(rows: readonly Item[]): Generator<readonly Item[]> {
  let some: Item[] = [];
  let bytes = 0;
  for (const row of rows) {
    const most = row.length > 2 ? rowsPerStatement : pairsPerStatement;
    const size = row.reduce<number>((sum, value) => sum + sizeOf(value), 0);
    if (some.length === most || (some.length > 0 && bytes + size > bytesPerStatement)) {
      yield some;
      some = [];
      bytes = 0;
    }
    some.push(row);
    bytes += size;
  }
  if (some.length > 0) yield some;
}

const sizeOf = (value: SqlValue): number =>
  value instanceof Uint8Array ? value.byteLength : typeof value === 'string' ? 2 * value.length : 8;
