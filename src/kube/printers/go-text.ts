import { compareText } from './format-labels.js';
import { isMap } from './read-fields.js';

/** A JSON value as a kube-apiserver shows it in a text column: lists and maps as JSON, of which members are sorted by name. */
export function goText(value: unknown): string {
  if (value === null) return '<no value>';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return goNumber(value);
  if (typeof value === 'boolean' || typeof value === 'bigint') return `${value}`;
  return goJson(value);
}

const wholeNumbers = 2 ** 63;

/** An integer as it is; anything else as Go shows it, which turns to exponents of two digits from a million on and below 0.0001. */
function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < wholeNumbers) return `${value}`;
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  if (Number(exponent) >= -4 && Number(exponent) < 6) return `${value}`;
  return `${digits}e${exponent.slice(0, 1)}${exponent.slice(1).padStart(2, '0')}`;
}

/** As Go writes JSON: members sorted by name, and safe for HTML. */
function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (typeof value === 'bigint') return `${value}`;
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
