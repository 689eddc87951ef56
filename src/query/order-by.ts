import { type OrderColumn, type OrderTerm, orderColumns } from '@clusterdex/storage-contract';
import { distance } from 'fastest-levenshtein';
import { parseFieldPath } from '../kube/field-path.js';
import { GrammarError } from '../kube/grammar-error.js';

const columns: ReadonlySet<string> = new Set(orderColumns);
const mostTerms = 32;

/** `field,field desc`; a comma or a blank within quotes belongs to the field. */
export function parseOrderBy(text: string): readonly OrderTerm[] | undefined {
  if (text.trim() === '') return undefined;
  return createOrder(
    limitTerms(splitOutsideQuotes(text, ',')).map((item) => {
      const [field = '', direction, ...more] = splitOutsideQuotes(item.trim(), ' ');
      if (field === '') throw new GrammarError('a field is expected before and after each comma');
      if (more.length > 0 || (direction !== undefined && direction !== 'desc')) {
        throw new GrammarError(`expected "field" (ascending) or "field desc", found ${JSON.stringify(item.trim())}`);
      }
      return createTerm(field, direction !== undefined);
    }),
  );
}

/** The form of label values: `field` or `field_desc`, most important first. */
export function parseOrderLabels(values: readonly string[]): readonly OrderTerm[] | undefined {
  const fields = values.filter((value) => value !== '');
  if (fields.length === 0) return undefined;
  return createOrder(
    limitTerms(fields).map((value) => {
      const descending = value.endsWith('_desc');
      return createTerm(descending ? value.slice(0, -'_desc'.length) : value, descending);
    }),
  );
}

function limitTerms(terms: readonly string[]): readonly string[] {
  if (terms.length <= mostTerms) return terms;
  throw new GrammarError(`at most ${mostTerms} fields, found ${terms.length}`);
}

/** A field that comes a second time decides nothing. */
function createOrder(terms: readonly OrderTerm[]): readonly OrderTerm[] {
  const first = new Map<string, OrderTerm>();
  for (const term of terms) {
    const key = JSON.stringify(term.by);
    if (!first.has(key)) first.set(key, term);
  }
  return [...first.values()];
}

function createTerm(field: string, descending: boolean): OrderTerm {
  if (isColumn(field)) return { by: { column: field }, descending };
  const path = parseFieldPath(field);
  if (path.some((segment) => segment.list === 'any')) {
    throw new GrammarError(
      `${field} has many values; choose an element with an index, as in ${field.replace('[]', '[0]')}`,
    );
  }
  if (path.length === 1) checkMistyped(field);
  return { by: { path }, descending };
}

function isColumn(field: string): field is OrderColumn {
  return columns.has(field);
}

/** A lone word is more likely a column mistyped than a member of the object; with a dot in front it is the member. */
function checkMistyped(field: string): void {
  if (field.startsWith('.') || field.startsWith('[') || field.endsWith(']')) return;
  const word = field.toLowerCase().slice(0, 64);
  const near = orderColumns.find((column) => isNear(column, word));
  if (near !== undefined || word.includes('_')) {
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    throw new GrammarError(
      `${JSON.stringify(field)} is no field to order by${hint || ';'} expected ${orderColumns.join(', ')}, ` +
        `or the path of a field, as metadata.name or .${field}`,
    );
  }
}

function isNear(column: string, word: string): boolean {
  const swapped = sortLetters(column) === sortLetters(word);
  return (
    swapped || (word.length > 4 && column.startsWith(word)) || distance(column, word) <= (column.length > 4 ? 2 : 1)
  );
}

function sortLetters(text: string): string {
  return [...text].sort().join('');
}

function splitOutsideQuotes(text: string, separator: string): readonly string[] {
  const parts: string[] = [];
  let quote = '';
  let start = 0;
  for (let position = 0; position < text.length; position++) {
    const character = text.charAt(position);
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === "'" || character === '"') {
      quote = character;
    } else if (character === separator) {
      parts.push(text.slice(start, position));
      start = position + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
