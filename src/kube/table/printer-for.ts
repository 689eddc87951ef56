import type { PrinterColumn } from '@clusterdex/storage-contract';
import { builtInPrinter } from '../printers/built-in-printers.js';
import { customResourcePrinter } from '../printers/custom-resource-printer.js';
import { defaultPrinter } from '../printers/default-printer.js';
import type { Printer } from '../printers/printer.js';

export interface PrintedType {
  readonly group: string;
  readonly resource: string;
  /** The additionalPrinterColumns of the version of a custom resource, empty when it has none; undefined when nothing says so. */
  readonly printerColumns?: readonly PrinterColumn[];
}

/** How the objects of a type are shown: built-in, by its CRD, or by name and creation when neither is known. */
export function printerFor({ group, resource, printerColumns }: PrintedType): Printer {
  const builtIn = builtInPrinter(group, resource);
  if (builtIn !== undefined) return builtIn;
  return printerColumns === undefined ? defaultPrinter : customResourcePrinter(printerColumns);
}
