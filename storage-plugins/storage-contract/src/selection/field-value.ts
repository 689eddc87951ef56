import type { FieldPath, FieldSegment } from '../list-options.js';

/** The value at a path without `any`; undefined when it is absent or null, and for a path with `any`, which has no single value. */
export function fieldValue(path: FieldPath, fields: unknown): unknown {
  let value = fields;
  for (const segment of path) {
    if (segment.list === 'any') return undefined;
    value = step(segment, value);
    if (value === undefined) return undefined;
  }
  return value ?? undefined;
}

/** Every value at a path, one for each element of its lists; none when it is absent or null. */
export function fieldValues(path: FieldPath, fields: unknown): readonly unknown[] {
  let values: readonly unknown[] = [fields];
  for (const segment of path) {
    values = values.flatMap((value) => {
      const next = step(segment, value);
      return next === undefined ? [] : segment.list === 'any' ? elements(next) : [next];
    });
  }
  return values;
}

function step(segment: FieldSegment, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  // Own members only: a field may be called `constructor`.
  const member = Object.hasOwn(value, segment.key) ? (value as Record<string, unknown>)[segment.key] : undefined;
  const next =
    typeof segment.list === 'number' ? (Array.isArray(member) ? member.at(segment.list) : undefined) : member;
  return next ?? undefined;
}

function elements(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.filter((element) => element !== null) : [];
}
