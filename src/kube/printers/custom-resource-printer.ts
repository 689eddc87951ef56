import type { PrinterColumn } from '@clusterdex/storage-contract';
import { elapsed, nameOf } from './age.js';
import { column, creationTimestampDescription, nameColumn } from './column.js';
import { goText } from './go-text.js';
import { compileJsonPath, type JsonPath } from './json-path.js';
import type { Cell, ColumnDefinition, Fields, Printer } from './printer.js';
import { parseTimestamp } from './timestamp.js';

const defaultColumns: readonly PrinterColumn[] = [
  { name: 'Age', type: 'date', description: creationTimestampDescription, jsonPath: '.metadata.creationTimestamp' },
];

interface CompiledColumn {
  readonly type: string;
  readonly path: JsonPath | undefined;
}

/** How a custom resource is shown: its name and the columns of its CRD, or its name and age when that has none. */
export function customResourcePrinter(given: readonly PrinterColumn[]): Printer {
  const customColumns = given.length === 0 ? defaultColumns : given;
  const compiled = customColumns.map(({ type, jsonPath }) => ({ type, path: compileJsonPath(jsonPath) }));
  return {
    columns: [nameColumn, ...customColumns.map(columnDefinition)],
    fields: [...new Set(compiled.flatMap(({ path }) => path?.fields ?? []))],
    cells: (object) => [nameOf(object), ...compiled.map((customColumn) => customCell(object, customColumn))],
  };
}

function columnDefinition(customColumn: PrinterColumn): ColumnDefinition {
  const description =
    customColumn.description || `Custom resource definition column (in JSONPath format): ${customColumn.jsonPath}`;
  const { type, format = '', priority = 0 } = customColumn;
  return column(customColumn.name, description, { type, format, priority });
}

function customCell(object: Fields, { type, path }: CompiledColumn): Cell {
  const value = path?.first(object);
  if (value === undefined) return null;
  switch (type) {
    case 'string':
      return goText(value);
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? dateCell(value) : null;
    default:
      return null;
  }
}

function dateCell(text: string): Cell {
  if (text === '' || text === 'null' || text.startsWith('0001-01-01T00:00:00Z')) return '<unknown>';
  return parseTimestamp(text) === undefined ? '<invalid>' : elapsed(text);
}
