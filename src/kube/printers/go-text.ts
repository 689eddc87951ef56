import { compareText } from './format-labels.js';
import { isMap } from './read-fields.js';

/** A JSON value as a kube-apiserver shows it in a text column: lists and maps as JSON, of which members are sorted by name. */
export function goText(value: unknown): string {
  if (value === null) return '<no value>';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return goNumber(value);
  if (typeof value === 'boolean') return `${value}`;
  return goJson(value);
}

/** Go turns to exponents earlier than JavaScript for small fractions, and gives them two digits. */
function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return `${value}`;
  const magnitude = Math.abs(value);
  const text = magnitude < 1e-4 || magnitude >= 1e21 ? value.toExponential() : `${value}`;
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** As Go writes JSON: members sorted by name, and safe for HTML. */
function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (!isMap(value)) return forHtml(JSON.stringify(value) ?? 'null');
  const members = Object.entries(value)
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, member]) => `${forHtml(JSON.stringify(name))}:${goJson(member)}`);
  return `{${members.join(',')}}`;
}

function forHtml(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
