import type { Cell, Fields } from './printer.js';
import { fieldAt, textAt } from './read-fields.js';
import { parseTimestamp } from './timestamp.js';

/** How long ago a timestamp was; `<unknown>` when there is none. */
export function elapsed(timestamp: unknown): Cell {
  const since = parseTimestamp(timestamp);
  return since === undefined ? '<unknown>' : { since };
}

export function age(object: Fields): Cell {
  return elapsed(fieldAt(object, 'metadata', 'creationTimestamp'));
}

export function nameOf(object: Fields): string {
  return textAt(object, 'metadata', 'name');
}

/** The name of a class, and that it is the default one where an annotation says so. */
export function nameWithDefault(object: Fields, annotations: readonly string[]): string {
  const isDefault = annotations.some((annotation) => textAt(object, 'metadata', 'annotations', annotation) === 'true');
  return isDefault ? `${nameOf(object)} (default)` : nameOf(object);
}
