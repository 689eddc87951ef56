/** One clause of an Accept header. */
export interface AcceptClause {
  /** In lower case, `*` for any. */
  readonly type: string;
  readonly subtype: string;
  /** Names in lower case, values as they stand; without `q`. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

/**
 * The clauses of an Accept header, the most wanted first, without those that are malformed or refused (`q=0`). Read as a kube-apiserver
 * does: a quality that is no number makes the clause the least wanted.
 */
export function parseAccept(header: string): readonly AcceptClause[] {
  const clauses: AcceptClause[] = [];
  for (const text of header.split(',')) {
    const clause = parseClause(text);
    if (clause !== undefined) clauses.push(clause);
  }
  return clauses.sort((a, b) => b.quality - a.quality || wildcards(a) - wildcards(b));
}

function parseClause(text: string): AcceptClause | undefined {
  const [range = '', ...rest] = text.split(';');
  const [type = '', subtype = type.trim() === '*' ? '*' : '', ...more] = range.split('/');
  if (type.trim() === '' || subtype.trim() === '' || more.length > 0) return undefined;
  const parameters = new Map<string, string>();
  let quality = 1;
  for (const parameter of rest) {
    const [name = '', value, ...others] = parameter.split('=').map((part) => part.trim());
    if (value === undefined || value === '' || others.length > 0) continue;
    if (name.toLowerCase() === 'q') quality = readQuality(value);
    else parameters.set(name.toLowerCase(), value);
  }
  if (Number.isNaN(quality)) return undefined;
  return { type: type.trim().toLowerCase(), subtype: subtype.trim().toLowerCase(), parameters, quality };
}

/** NaN for what is refused. */
function readQuality(value: string): number {
  if (/^0(\.0*)?$/.test(value)) return Number.NaN;
  return /^\d*\.?\d+$/.test(value) ? Number(value) : 0;
}

function wildcards({ type, subtype }: AcceptClause): number {
  return type === '*' ? 2 : subtype === '*' ? 1 : 0;
}
