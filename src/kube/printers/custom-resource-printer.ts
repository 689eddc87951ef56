import { clusterNameAnnotation, type PrinterColumn } from '@clusterdex/storage-contract';
import { elapsed, nameOf } from './age.js';
import { column, creationTimestampDescription, nameColumn } from './column.js';
import { goText } from './go-text.js';
import { compileJsonPath, type JsonPath } from './json-path.js';
import type { Cell, ColumnDefinition, Fields, Printer } from './printer.js';
import { fieldAt, isMap, mapAt } from './read-fields.js';
import { parseInstant } from './timestamp.js';

const defaultColumns: readonly PrinterColumn[] = [
  { name: 'Age', type: 'date', description: creationTimestampDescription, jsonPath: '.metadata.creationTimestamp' },
];

const smallestInteger = -(2n ** 63n);

interface CompiledColumn {
  readonly type: string;
  readonly path: JsonPath;
}

/** How a custom resource is shown: its name and the columns of its CRD, or its name and age when that has none. */
export function customResourcePrinter(given: readonly PrinterColumn[]): Printer {
  const customColumns = given.length === 0 ? defaultColumns : given;
  const compiled: CompiledColumn[] = [];
  for (const { type, jsonPath } of customColumns) {
    const path = compileJsonPath(jsonPath);
    // From a path that is none on, a kube-apiserver shows no columns.
    if (path === undefined) break;
    compiled.push({ type, path });
  }
  const fields = [...new Set(compiled.flatMap(({ path }) => path.fields))];
  const seesAnnotations = fields.some((field) => ['*', 'metadata', 'metadata.annotations'].includes(field));
  return {
    columns: [nameColumn, ...customColumns.slice(0, compiled.length).map(columnDefinition)],
    fields,
    cells(object) {
      const shown = seesAnnotations ? withoutClusterName(object) : object;
      return [nameOf(object), ...compiled.map((customColumn) => customCell(shown, customColumn))];
    },
  };
}

/** As the object is in its cluster, where it does not have the annotation that it is stored with. */
function withoutClusterName(object: Fields): Fields {
  const annotations = fieldAt(object, 'metadata', 'annotations');
  if (!isMap(annotations) || !Object.hasOwn(annotations, clusterNameAnnotation)) return object;
  const { annotations: _, ...metadata } = mapAt(object, 'metadata');
  const { [clusterNameAnnotation]: __, ...others } = annotations;
  return { ...object, metadata: Object.keys(others).length === 0 ? metadata : { ...metadata, annotations: others } };
}

function columnDefinition(customColumn: PrinterColumn): ColumnDefinition {
  const description =
    customColumn.description || `Custom resource definition column (in JSONPath format): ${customColumn.jsonPath}`;
  const { type, format = '', priority = 0 } = customColumn;
  return column(customColumn.name, description, { type, format, priority });
}

function customCell(object: Fields, { type, path }: CompiledColumn): Cell {
  const value = path.first(object);
  if (value === undefined) return null;
  switch (type) {
    case 'string':
      return goText(value);
    case 'integer':
      return integerCell(value);
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? dateCell(value) : null;
    default:
      return null;
  }
}

/** A floating point number that is too large becomes what a kube-apiserver's processor makes of it. */
function integerCell(value: unknown): Cell {
  if (typeof value === 'bigint') return value;
  if (typeof value !== 'number') return null;
  return Math.abs(value) < 2 ** 63 ? Math.trunc(value) : smallestInteger;
}

function dateCell(text: string): Cell {
  if (text === '' || text === 'null') return '<unknown>';
  return parseInstant(text) === undefined ? '<invalid>' : elapsed(text);
}
