import type { FieldRequirement } from '@clusterdex/storage-contract';
import { parseComparable } from '@clusterdex/storage-contract/selection';
import { parseFieldPath } from './field-path.js';
import { GrammarError } from './grammar-error.js';
import { selectorOperators } from './label-selector.js';
import { type OperatorText, type ParsedRequirement, parseSelector } from './selector-parser.js';

/** A requirement as a storage sees it, and how it was written. */
export interface ParsedFieldRequirement {
  readonly keyText: string;
  readonly operatorText: OperatorText;
  readonly valueTexts: readonly string[];
  readonly requirement: FieldRequirement;
}

const grammar = { key: parseFieldPath, requirement: createRequirement, escapes: true };
const date = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/** The enhanced field selector: the operators of a label selector over any path of an object. GrammarError when it is malformed. */
export function parseFieldSelector(text: string): readonly ParsedFieldRequirement[] {
  return parseSelector(text, grammar);
}

/** The canonical text: requirements sorted by key, values sorted, keys and operators as they were written. */
export function renderFieldSelector(requirements: readonly ParsedFieldRequirement[]): string {
  return [...requirements]
    .sort((a, b) => compareText(a.keyText, b.keyText))
    .map(renderRequirement)
    .join(',');
}

function renderRequirement(requirement: ParsedFieldRequirement): string {
  const { operatorText } = requirement;
  const keyText = escapeText(requirement.keyText);
  const valueTexts = requirement.valueTexts.map(escapeText);
  switch (operatorText) {
    case 'exists':
      return keyText;
    case '!':
      return `!${keyText}`;
    case 'in':
    case 'notin':
      return `${keyText} ${operatorText} (${[...valueTexts].sort(compareText).join(',')})`;
    default:
      return `${keyText}${operatorText}${valueTexts.join()}`;
  }
}

function escapeText(text: string): string {
  return text.replace(/[\\=!(),><\t\n\r ]/g, '\\$&');
}

function createRequirement(parsed: ParsedRequirement<FieldRequirement['path']>): ParsedFieldRequirement {
  const { key, keyText, operator, values } = parsed;
  const bounded = operator === '>' || operator === '<';
  const requirement: FieldRequirement = {
    path: key,
    operator: selectorOperators[operator],
    values: bounded ? values.map(comparableText) : values,
  };
  return { keyText, operatorText: operator, valueTexts: values, requirement };
}

/** A date counts as its midnight in UTC. */
function comparableText(value: string): string {
  const text = date.test(value) ? `${value}T00:00:00Z` : value;
  if (parseComparable(text) !== undefined) return text;
  throw new GrammarError(
    `${JSON.stringify(value)} cannot be compared: expected a number (3, 1.5), a quantity (500m, 2Gi), ` +
      'a time (2024-05-01T00:00:00Z) or a date (2024-05-01) after > and <',
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
