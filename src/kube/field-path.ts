import type { FieldPath, FieldSegment } from '@clusterdex/storage-contract';
import { GrammarError } from './grammar-error.js';
import { qualifiedNameFaults } from './qualified-name.js';

const indexText = /^[+-]?[0-9]{1,15}$/;
// Nothing that would have to be escaped in a path of any database.
const unquotable = /["'\\\p{Cc}\p{Cs}]/u;

/**
 * The path of a field: `metadata.name`, `.spec.containers[].image`, `spec.containers[0].name`,
 * `metadata.annotations['example.com/x']`. A plain segment is a Kubernetes qualified name; a quoted one any text without quotes,
 * backslashes and control characters. GrammarError otherwise.
 */
export function parseFieldPath(text: string): FieldPath {
  const path: FieldSegment[] = [];
  let position = text.startsWith('.') ? 1 : 0;
  if (text.startsWith('[') && !isQuote(text.charAt(1))) throw fault(text, 'there is no list field before the bracket');
  for (;;) {
    position = text.startsWith('[', position) ? position : readSegment(text, position, path);
    while (text.startsWith('[', position)) position = readBracket(text, position, path);
    if (position === text.length) break;
    if (text.charAt(position) !== '.') throw fault(text, `expected '.' or '[' before '${rest(text, position)}'`);
    position++;
    if (text.startsWith('[', position)) throw fault(text, "expected a field name between '.' and '['");
  }
  if (path.at(-1)?.list !== undefined) {
    throw fault(text, 'the last field must not be a list: name a field of its elements');
  }
  return path;
}

/** The canonical text of a path, which parseFieldPath reads back. */
export function renderFieldPath(path: FieldPath): string {
  return path.map(renderSegment).join('');
}

function renderSegment({ key, list }: FieldSegment): string {
  const name = key.includes('.') || qualifiedNameFaults(key).length > 0 ? `['${key}']` : `.${key}`;
  if (list === undefined) return name;
  return list === 'any' ? `${name}[]` : `${name}[${list}]`;
}

/** A name at `position`, plain or quoted; returns where it ends. */
function readSegment(text: string, position: number, path: FieldSegment[]): number {
  if (position === text.length) throw fault(text, "nothing after '.'");
  if (isQuote(text.charAt(position))) {
    const [key, end] = readQuoted(text, position);
    path.push({ key });
    return end;
  }
  let end = position;
  while (end < text.length && text.charAt(end) !== '.' && text.charAt(end) !== '[') end++;
  const key = text.slice(position, end);
  if (key === '') throw fault(text, 'a field name is empty');
  const faults = qualifiedNameFaults(key);
  if (faults.length > 0) throw fault(text, `field name ${JSON.stringify(key)}: ${faults.join('; ')}`);
  path.push({ key });
  return end;
}

/** `['name']`, `[]` or `[n]` at `position`; returns where it ends. */
function readBracket(text: string, position: number, path: FieldSegment[]): number {
  if (isQuote(text.charAt(position + 1))) {
    const [key, end] = readQuoted(text, position + 1);
    if (text.charAt(end) !== ']') throw fault(text, `expected ']' after the closing quote, found '${rest(text, end)}'`);
    path.push({ key });
    return end + 1;
  }
  const end = text.indexOf(']', position);
  if (end === -1) throw fault(text, "'[' is never closed");
  const content = text.slice(position + 1, end);
  const previous = path.pop();
  if (previous === undefined) throw fault(text, 'there is no list field before the bracket');
  if (content !== '' && !indexText.test(content)) {
    throw fault(text, `'[${content}]' is neither an index nor quoted; for a field name write ['${content}']`);
  }
  // `+ 0` makes of -0 a plain 0.
  path.push({ key: previous.key, list: content === '' ? 'any' : Number(content) + 0 });
  return end + 1;
}

function readQuoted(text: string, position: number): [key: string, end: number] {
  const close = text.indexOf(text.charAt(position), position + 1);
  if (close === -1) throw fault(text, `the quote ${text.charAt(position)} is never closed`);
  const key = text.slice(position + 1, close);
  if (key === '') throw fault(text, 'a quoted field name is empty');
  if (unquotable.test(key)) {
    throw fault(text, 'a quoted field name holds a quote, a backslash or a control character');
  }
  return [key, close + 1];
}

function isQuote(character: string): boolean {
  return character === "'" || character === '"';
}

function rest(text: string, position: number): string {
  return text.slice(position, position + 32);
}

function fault(text: string, what: string): GrammarError {
  return new GrammarError(`invalid field path ${JSON.stringify(text)}: ${what}`);
}
