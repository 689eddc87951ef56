import type { FieldRequirement, NameFilter } from '@clusterdex/storage-contract';
import { renderFieldPath } from '../kube/field-path.js';
import type { SelectableFields } from '../kube/selectable-fields.js';

/** A field selector in terms of a type: what a storage has to look into objects for, and what it knows without. */
export interface ResolvedFields {
  readonly requirements: readonly FieldRequirement[];
  readonly names: readonly NameFilter[];
  readonly namespaces: readonly NameFilter[];
}

/** Puts the fields that a kube-apiserver knows by another name in their place, with what counts where an object does not have them. */
export function resolveFields(requirements: readonly FieldRequirement[], fields: SelectableFields): ResolvedFields {
  const rest: FieldRequirement[] = [];
  const names: NameFilter[] = [];
  const namespaces: NameFilter[] = [];
  for (const requirement of requirements) {
    const place = renderFieldPath(requirement.path);
    const filter = nameFilter(requirement);
    if (filter !== undefined && place === '.metadata.name') names.push(filter);
    else if (filter !== undefined && place === '.metadata.namespace') namespaces.push(filter);
    else rest.push(resolveField(requirement, fields, place));
  }
  return { requirements: rest, names, namespaces };
}

/** All of the filters at once. */
export function intersectNames(filters: readonly (NameFilter | undefined)[]): NameFilter | undefined {
  const given = filters.filter((filter) => filter !== undefined);
  if (given.length <= 1) return given[0];
  const selections = given.map((filter) => filter.in).filter((names) => names !== undefined);
  const [first = [], ...others] = selections;
  const wanted = others.map((names) => new Set(names));
  const selected = first.filter((name) => wanted.every((names) => names.has(name)));
  const excluded = [...new Set(given.flatMap((filter) => filter.notIn ?? []))];
  return {
    ...(selections.length > 0 && { in: selected }),
    ...(excluded.length > 0 && { notIn: excluded }),
  };
}

function nameFilter({ operator, values }: FieldRequirement): NameFilter | undefined {
  if (operator === 'in') return { in: values };
  return operator === 'notIn' ? { notIn: values } : undefined;
}

function resolveField(requirement: FieldRequirement, fields: SelectableFields, place: string): FieldRequirement {
  const field = fields.get(place);
  if (field === undefined) return requirement;
  const { operator, values } = requirement;
  const { path, whenEmpty } = field;
  if (operator !== 'in' && operator !== 'notIn') return { path, operator, values };
  // Where neither the empty text nor what counts in its place is asked for, an absent field matches nothing anyway.
  const matters = typeof whenEmpty !== 'string' || values.includes(whenEmpty) || values.includes('');
  return matters ? { path, operator, values, whenEmpty } : { path, operator, values };
}
