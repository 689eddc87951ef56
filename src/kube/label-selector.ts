import type { LabelRequirement, SelectorOperator } from '@clusterdex/storage-contract';
import { GrammarError } from './grammar-error.js';
import { parseInt64 } from './parse-int64.js';
import { labelValueFaults, qualifiedNameFaults } from './qualified-name.js';
import { type OperatorText, type ParsedRequirement, parseSelector } from './selector-parser.js';

/** What the operators of both selectors mean to a storage. */
export const selectorOperators: Readonly<Record<OperatorText, SelectorOperator>> = Object.freeze({
  in: 'in',
  '=': 'in',
  '==': 'in',
  notin: 'notIn',
  '!=': 'notIn',
  '>': 'greaterThan',
  '<': 'lessThan',
  exists: 'exists',
  '!': 'notExists',
});

const grammar = { key: checkKey, requirement: createRequirement };

/**
 * A Kubernetes label selector; requirements and values in the order in which they stand in it. GrammarError with the text of a
 * kube-apiserver.
 */
export function parseLabelSelector(text: string): readonly LabelRequirement[] {
  return parseSelector(text, grammar);
}

function checkKey(key: string): string {
  const faults = qualifiedNameFaults(key);
  if (faults.length > 0) {
    throw new GrammarError(`<nil>: Invalid value: ${JSON.stringify(key)}: ${faults.join('; ')}`);
  }
  return key;
}

function createRequirement({ key, operator, values }: ParsedRequirement<string>): LabelRequirement {
  const faults = new Set<string>();
  if (operator === '>' || operator === '<') {
    for (const [index, value] of values.entries()) {
      if (!isInt64(value)) {
        const text = JSON.stringify(value);
        faults.add(`values[${index}]: Invalid value: ${text}: for 'Gt', 'Lt' operators, the value must be an integer`);
      }
    }
  }
  for (const [index, value] of values.entries()) {
    const found = labelValueFaults(value);
    if (found.length > 0) {
      faults.add(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${found.join('; ')}`);
    }
  }
  if (faults.size === 1) throw new GrammarError([...faults].join());
  if (faults.size > 1) throw new GrammarError(`[${[...faults].join(', ')}]`);
  return { key, operator: selectorOperators[operator], values };
}

function isInt64(text: string): boolean {
  try {
    parseInt64(text);
    return true;
  } catch {
    return false;
  }
}
