import type { LabelRequirement } from '@clusterdex/storage-contract';
import { parseLabelSelector } from '../../kube/label-selector.js';

const forwardKey = 'search.clusterpedia.io/forward';

/**
 * The query of a list without the requirement `search.clusterpedia.io/forward`; undefined when it has none, or cannot be read. What is
 * left of the selector is sorted by key, as Clusterpedia does.
 */
export function withoutForward(query: string): string | undefined {
  if (!/forward/i.test(query)) return undefined;
  const parameters = new URLSearchParams(query);
  const text = parameters.get('labelSelector');
  if (text === null || !text.includes(forwardKey)) return undefined;
  const requirements = read(text);
  if (requirements?.some(({ key }) => key === forwardKey) !== true) return undefined;
  const left = requirements.filter(({ key }) => key !== forwardKey);
  if (left.length === 0) parameters.delete('labelSelector');
  else parameters.set('labelSelector', [...left].sort(byKey).map(write).join(','));
  return parameters.toString();
}

function read(text: string): readonly LabelRequirement[] | undefined {
  try {
    return parseLabelSelector(text);
  } catch {
    // The list itself says what is wrong with it.
    return undefined;
  }
}

function byKey({ key: a }: LabelRequirement, { key: b }: LabelRequirement): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function write({ key, operator, values = [] }: LabelRequirement): string {
  const list = [...values].sort().join(',');
  switch (operator) {
    case 'in':
      return values.length === 1 ? `${key}=${list}` : `${key} in (${list})`;
    case 'notIn':
      return values.length === 1 ? `${key}!=${list}` : `${key} notin (${list})`;
    case 'greaterThan':
      return `${key}>${list}`;
    case 'lessThan':
      return `${key}<${list}`;
    case 'exists':
      return key;
    default:
      return `!${key}`;
  }
}
