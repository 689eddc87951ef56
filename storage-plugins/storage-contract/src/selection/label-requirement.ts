import type { LabelRequirement } from '../list-options.js';

type Labels = Readonly<Record<string, string>>;

/** The requirement as a function of an object's labels; the values are prepared once. */
export function compileLabelRequirement(requirement: LabelRequirement): (labels: Labels) => boolean {
  const { key, operator, values } = requirement;
  const wanted = new Set(values);
  switch (operator) {
    case 'exists':
      return (labels) => Object.hasOwn(labels, key);
    case 'notExists':
      return (labels) => !Object.hasOwn(labels, key);
    case 'in':
      return (labels) => Object.hasOwn(labels, key) && wanted.has(labels[key] as string);
    case 'notIn':
      return (labels) => !Object.hasOwn(labels, key) || !wanted.has(labels[key] as string);
    case 'greaterThan':
      return compares(requirement, (value, bound) => value > bound);
    case 'lessThan':
      return compares(requirement, (value, bound) => value < bound);
  }
}

/** Whether labels fulfil every requirement. For many objects compile them once instead. */
export function matchesLabels(requirements: readonly LabelRequirement[], labels: Labels): boolean {
  return requirements.every((requirement) => compileLabelRequirement(requirement)(labels));
}

/** As Kubernetes does: both are 64-bit integers, or it does not match. */
function compares(
  { key, values }: LabelRequirement,
  holds: (value: bigint, bound: bigint) => boolean,
): (labels: Labels) => boolean {
  const bound = integer(values[0] ?? '');
  if (bound === undefined) return () => false;
  return (labels) => {
    const value = Object.hasOwn(labels, key) ? integer(labels[key] as string) : undefined;
    return value !== undefined && holds(value, bound);
  };
}

function integer(text: string): bigint | undefined {
  const match = /^([+-]?)([0-9]{1,64})$/.exec(text);
  if (match === null) return undefined;
  const value = match[1] === '-' ? -BigInt(match[2] as string) : BigInt(match[2] as string);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
