/** A piece of SQL with its bound values: `text` holds one `?` for each of them. */
export interface Sql {
  readonly text: string;
  readonly parameters: readonly SqlValue[];
}

export type SqlValue = string | number | bigint | Uint8Array | null;

const brand = Symbol('sql');

function make(text: string, parameters: readonly SqlValue[]): Sql {
  return { [brand]: true, text, parameters } as Sql;
}

function isSql(value: Sql | SqlValue): value is Sql {
  return typeof value === 'object' && value !== null && brand in value;
}

/** Template tag: a nested piece is inlined, any other value is bound, never concatenated. */
export function sql(strings: TemplateStringsArray, ...values: readonly (Sql | SqlValue)[]): Sql {
  let text = strings[0] ?? '';
  const parameters: SqlValue[] = [];
  for (const [index, value] of values.entries()) {
    if (isSql(value)) {
      text += value.text;
      parameters.push(...value.parameters);
    } else {
      text += '?';
      parameters.push(value);
    }
    text += strings[index + 1] ?? '';
  }
  return make(text, parameters);
}

/** Text that is code of ours, such as the name of a column. */
export function verbatim(text: string): Sql {
  return make(text, []);
}

export function joinSql(pieces: readonly Sql[], separator: string): Sql {
  return make(
    pieces.map((piece) => piece.text).join(separator),
    pieces.flatMap((piece) => piece.parameters),
  );
}

/** A condition that a client wrote, with one `?` for each of its parameters. */
export function foreignSql(text: string, parameters: readonly SqlValue[]): Sql {
  return make(text, parameters);
}

/** Conditions joined with AND; none is true. */
export function allOf(conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? verbatim('1 = 1') : joinSql(conditions, ' AND ');
}

/** `column IN (values)`; no values match nothing. */
export function isOneOf(column: Sql, values: readonly SqlValue[]): Sql {
  if (values.length === 0) return verbatim('1 = 0');
  if (values.length === 1) return sql`${column} = ${values[0] as SqlValue}`;
  return sql`${column} IN (${joinSql(
    values.map((value) => sql`${value}`),
    ', ',
  )})`;
}
