import { compareText } from './format-labels.js';
import { type FloatLiteral, float, type JsonPathStep } from './json-path-parser.js';
import { isMap } from './read-fields.js';

/** What a path finds below `found`, in order; undefined where kubectl reports an error instead. */
export function findAll(steps: readonly JsonPathStep[], found: readonly unknown[]): readonly unknown[] | undefined {
  let current: readonly unknown[] | undefined = found;
  for (const step of steps) {
    current = search(step, current);
    if (current === undefined) return undefined;
  }
  return current;
}

function search(step: JsonPathStep, found: readonly unknown[]): readonly unknown[] | undefined {
  switch (step.type) {
    case 'field':
      return found.flatMap((value) => (isMap(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : []));
    case 'slice':
      return collect(found, (value) => slice(value, step));
    case 'wildcard':
      return found.flatMap(members);
    case 'recursive':
      return found.flatMap(descendants);
    case 'union':
      return collect(step.branches, (branch) => findAll(branch, found));
    case 'literal':
      return found.map(() => step.value);
    case 'unknown':
      return undefined;
    case 'filter':
      return collect(found, (value) => filter(value, step));
  }
}

function collect<T>(
  from: readonly T[],
  each: (value: T) => readonly unknown[] | undefined,
): readonly unknown[] | undefined {
  const all: unknown[] = [];
  for (const value of from) {
    const some = each(value);
    if (some === undefined) return undefined;
    all.push(...some);
  }
  return all;
}

function slice(
  value: unknown,
  bounds: Extract<JsonPathStep, { readonly type: 'slice' }>,
): readonly unknown[] | undefined {
  if (value === null) return [];
  if (!Array.isArray(value)) return undefined;
  let start = bounds.start ?? 0;
  let end = bounds.end ?? value.length;
  if (start < 0) start += value.length;
  if (end < 0 || (end === 0 && bounds.single)) end += value.length;
  if (start === end) return [];
  if (start < 0 || start >= value.length || end < 0 || end > value.length || start > end) return undefined;
  const step = bounds.step ?? 1;
  if (step <= 0) return undefined;
  return value.slice(start, end).filter((_, index) => index % step === 0);
}

function members(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isMap(value) ? Object.values(value) : [];
}

function descendants(value: unknown): readonly unknown[] {
  const below = members(value);
  return below.length === 0 ? [] : [value, ...below.flatMap(descendants)];
}

function filter(
  value: unknown,
  { left, operator, right }: Extract<JsonPathStep, { readonly type: 'filter' }>,
): readonly unknown[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const kept: unknown[] = [];
  for (const member of value) {
    const lefts = findAll(left, [member]);
    if (operator === 'exists') {
      // One that fails counts as there: so it does for kubectl.
      if (lefts === undefined || lefts.length > 0) kept.push(member);
      continue;
    }
    if (lefts === undefined || lefts.length > 1) return undefined;
    if (lefts.length === 0) continue;
    const rights = findAll(right, [member]);
    if (rights === undefined || rights.length > 1) return undefined;
    if (rights.length === 0) continue;
    const passes = compare(lefts[0], operator, rights[0]);
    if (passes === undefined) return undefined;
    if (passes) kept.push(member);
  }
  return kept;
}

/** undefined for values that cannot be compared: lists, maps, null, or two of different types. An integer is no float. */
function compare(left: unknown, operator: string, right: unknown): boolean | undefined {
  const kind = kindOf(left);
  if (kind === undefined || kind !== kindOf(right)) return undefined;
  const difference = order(numberOrSelf(left), numberOrSelf(right));
  if (operator === '==') return difference === 0;
  if (operator === '!=') return difference !== 0;
  if (kind === 'boolean') return undefined;
  switch (operator) {
    case '<':
      return difference < 0;
    case '<=':
      return difference <= 0;
    case '>':
      return difference > 0;
    case '>=':
      return difference >= 0;
    default:
      return undefined;
  }
}

function order(left: unknown, right: unknown): number {
  if (left === right) return 0;
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  return (left as number) < (right as number) ? -1 : 1;
}

function kindOf(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value;
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return 'integer';
  return typeof value === 'number' || isFloat(value) ? 'float' : undefined;
}

function numberOrSelf(value: unknown): unknown {
  return isFloat(value) ? value[float] : value;
}

function isFloat(value: unknown): value is FloatLiteral {
  return typeof value === 'object' && value !== null && float in value;
}
