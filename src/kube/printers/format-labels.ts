import { labelValueFaults, qualifiedNameFaults } from '../qualified-name.js';
import { isMap, listAt, mapAt, textAt, textsAt } from './read-fields.js';

/** A map of labels as `a=b,c=d`; `<none>` when it is empty. */
export function formatLabels(labels: unknown): string {
  // By the whole text and not by the name: a kube-apiserver puts `app.kubernetes.io/name=web` before `app=web`.
  const texts = pairs(labels)
    .map(([name, value]) => `${name}=${value}`)
    .sort(compareText);
  return texts.join(',') || '<none>';
}

/** A label selector as kubectl takes one with `-l`; '' when it selects everything or nothing, undefined when it is none. */
export function selectorText(selector: unknown): string | undefined {
  const labels = pairs(mapAt(selector, 'matchLabels'));
  if (!labels.every(([key, value]) => isRequirement(key, [value]))) return undefined;
  const requirements = labels.map(([key, value]) => ({ key, text: `${key}=${value}` }));
  for (const expression of listAt(selector, 'matchExpressions')) {
    const key = textAt(expression, 'key');
    const values = textsAt(expression, 'values');
    const text = expressionText(key, textAt(expression, 'operator'), values);
    if (text === undefined || !isRequirement(key, values)) return undefined;
    requirements.push({ key, text });
  }
  return requirements
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ text }) => text)
    .join(',');
}

export function formatLabelSelector(selector: unknown): string {
  const text = selectorText(selector);
  if (text === undefined) return '<error>';
  return text === '' ? '<none>' : text;
}

/** A label selector as Go's text form of the API type has it: two columns of a kube-apiserver show that. */
export function selectorStructText(selector: unknown): string {
  const labels = pairs(mapAt(selector, 'matchLabels')).map(([key, value]) => `${key}: ${value},`);
  const expressions = listAt(selector, 'matchExpressions').map(
    (expression) =>
      `LabelSelectorRequirement{Key:${textAt(expression, 'key')},Operator:${textAt(expression, 'operator')},Values:[${textsAt(expression, 'values').join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}

/** By the bytes of UTF-8, as Go does. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const ofA = a.charCodeAt(at);
    const ofB = b.charCodeAt(at);
    if (ofA !== ofB) return rank(ofA) - rank(ofB);
  }
  return a.length - b.length;
}

/** Halves of a surrogate pair stand for characters beyond all others. */
function rank(code: number): number {
  return code >= 0xd800 && code < 0xe000 ? code + 0x10000 : code;
}

function pairs(labels: unknown): [string, string][] {
  if (!isMap(labels)) return [];
  return Object.entries(labels)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .sort(([a], [b]) => compareText(a, b));
}

function isRequirement(key: string, values: readonly string[]): boolean {
  return qualifiedNameFaults(key).length === 0 && values.every((value) => labelValueFaults(value).length === 0);
}

function expressionText(key: string, operator: string, values: readonly string[]): string | undefined {
  const sorted = [...values].sort(compareText).join(',');
  switch (operator) {
    case 'In':
      return values.length === 0 ? undefined : `${key} in (${sorted})`;
    case 'NotIn':
      return values.length === 0 ? undefined : `${key} notin (${sorted})`;
    case 'Exists':
      return values.length === 0 ? key : undefined;
    case 'DoesNotExist':
      return values.length === 0 ? `!${key}` : undefined;
    default:
      return undefined;
  }
}
