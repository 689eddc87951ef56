import { isMap, listAt, mapAt, textAt, textsAt } from './read-fields.js';

/** A map of labels as `a=b,c=d`, by name; `<none>` when it is empty. */
export function formatLabels(labels: unknown): string {
  const text = pairs(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  return text === '' ? '<none>' : text;
}

/** A label selector as kubectl takes one with `-l`; '' when it selects everything or nothing, undefined when it is none. */
export function selectorText(selector: unknown): string | undefined {
  const requirements = pairs(mapAt(selector, 'matchLabels')).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  for (const expression of listAt(selector, 'matchExpressions')) {
    const key = textAt(expression, 'key');
    const values = textsAt(expression, 'values');
    const text = expressionText(key, textAt(expression, 'operator'), values);
    if (text === undefined) return undefined;
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

/** By UTF-16 code units, which for the ASCII of keys and names is the order of their bytes. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function pairs(labels: unknown): [string, string][] {
  if (!isMap(labels)) return [];
  return Object.entries(labels)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .sort(([a], [b]) => compareText(a, b));
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
