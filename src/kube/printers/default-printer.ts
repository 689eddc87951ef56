import { nameOf } from './age.js';
import { column, creationTimestampDescription, nameColumn } from './column.js';
import type { Printer } from './printer.js';
import { fieldAt } from './read-fields.js';
import { parseTimestamp } from './timestamp.js';

/** For kinds without columns of their own, as a kube-apiserver shows them. */
export const defaultPrinter: Printer = {
  columns: [nameColumn, column('Created At', creationTimestampDescription, { type: 'date' })],
  fields: [],
  cells(object) {
    const created = parseTimestamp(fieldAt(object, 'metadata', 'creationTimestamp'));
    return [nameOf(object), created === undefined ? '0001-01-01T00:00:00Z' : utcSeconds(created)];
  },
};

function utcSeconds(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}
