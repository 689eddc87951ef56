import { builtInPrinter } from '../../../../src/kube/printers/built-in-printers.js';
import type { Fields, Printer } from '../../../../src/kube/printers/printer.js';
import { encodeRow, renderRow } from '../../../../src/kube/table/row-text.js';

/** All objects of these tests are looked at then. */
export const now = '2026-11-20T12:00:00Z';

export function printerOf(group: string, resource: string): Printer {
  const printer = builtInPrinter(group, resource);
  if (printer === undefined) throw new Error(`no printer for ${resource}.${group}`);
  return printer;
}

/** The cells of an object by the name of their column, without those that say nothing but its name and age. */
export function cellsOf(printer: Printer, object: Fields): Record<string, unknown> {
  const cells = JSON.parse(`[${renderRow(encodeRow(printer.cells(object)), Date.parse(now))}`) as unknown[];
  return Object.fromEntries(printer.columns.map(({ name }, index) => [name, cells[index]]));
}
