import type { LabelRequirement, NameFilter } from '@clusterdex/storage-contract';
import { GrammarError } from '../kube/grammar-error.js';

/** Whether a label key belongs to the search: its prefix is clusterpedia.io or ends in .clusterpedia.io. */
export function isReservedLabel(key: string): boolean {
  if (!key.includes('clusterpedia.io/')) return false;
  const prefix = key.slice(0, key.indexOf('/'));
  return prefix === 'clusterpedia.io' || prefix.endsWith('.clusterpedia.io');
}

/** Names that requirements of a search label select and exclude; several of them combine with AND. */
export function namesFromLabels(requirements: readonly LabelRequirement[]): NameFilter {
  let selected: readonly string[] | undefined;
  const excluded = new Set<string>();
  for (const requirement of requirements) {
    if (requirement.operator === 'in') {
      const values = new Set(requirement.values);
      selected = selected === undefined ? [...values] : selected.filter((name) => values.has(name));
    } else if (requirement.operator === 'notIn') {
      for (const value of requirement.values) excluded.add(value);
    } else {
      throw wrongOperator(requirement, 'values are expected, with =, ==, in, != or notin');
    }
  }
  if (selected === undefined) return { notIn: [...excluded] };
  return { in: selected.filter((name) => !excluded.has(name)) };
}

/** Values of requirements that can only select, in the order of the selector. */
export function valuesFromLabels(requirements: readonly LabelRequirement[]): readonly string[] {
  return requirements.flatMap((requirement) => {
    if (requirement.operator !== 'in') throw wrongOperator(requirement, 'it can only be set, with =, == or in');
    return requirement.values;
  });
}

/** The one value of a search label that has only one. */
export function valueFromLabels(requirements: readonly LabelRequirement[]): string {
  const values = new Set(valuesFromLabels(requirements));
  const [value, ...more] = values;
  if (value === undefined || more.length > 0) {
    throw new GrammarError(`exactly one value is expected, found ${[...values].join(', ')}`);
  }
  return value;
}

const written: Readonly<Record<LabelRequirement['operator'], string>> = {
  in: '=',
  notIn: '!=',
  exists: 'exists',
  notExists: '!',
  greaterThan: '>',
  lessThan: '<',
};

function wrongOperator({ operator }: LabelRequirement, expected: string): GrammarError {
  return new GrammarError(`${expected}; found the operator ${written[operator]}`);
}
