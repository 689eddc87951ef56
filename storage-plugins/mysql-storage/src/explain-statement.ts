import { type SqlConnection, type Statement, textOf } from '@clusterdex/storage-sql';

/** What the server says of how it would run a statement, one line a table; the values are in none of them. */
export async function explainStatement(connection: SqlConnection, { text, parameters }: Statement): Promise<string[]> {
  const rows = await connection.query({ text: `EXPLAIN ${text}`, parameters });
  return rows.map((row) => {
    // MySQL has two columns more than MariaDB: partitions, and what the conditions leave over.
    const columns = row.length > 10 ? [...row.slice(0, 3), ...row.slice(4, 10), row.at(-1) ?? null] : row;
    const [, , table, type, , key, , , count, extra] = columns.map((value) => (value === null ? '' : textOf(value)));
    const how = type === 'ALL' ? 'every row' : key === '' ? type : `${type} by ${key}`;
    return [`${table || 'no table'}: ${how}`, count && `about ${count} rows`, extra].filter(Boolean).join(', ');
  });
}
