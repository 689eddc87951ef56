import type { Printer } from '../printers/printer.js';
import { extractFields } from './extract-fields.js';
import { compileFieldPlan } from './field-plan.js';
import { encodeRow } from './row-text.js';

/** To be raised whenever a printer shows something in another way: rows that were prepared before are then made anew. */
export const printersVersion = '2';

/** Makes row texts of stored objects: what a printer shows, independent of the time. */
export interface RowPreparer {
  /** The row text of a stored object, as a storage may keep it beside the object. */
  prepare(json: Uint8Array): string;
  /** How its row texts begin, and no others. */
  readonly prefix: string;
  /** What renderRow takes of a row text; undefined when it was prepared for other columns, or in another way. */
  read(row: string): string | undefined;
  /** Whether an object that is reduced to apiVersion, kind and metadata has all that a row shows. */
  readonly metadataSuffices: boolean;
}

const preparers = new WeakMap<Printer, RowPreparer>();

export function rowPreparerFor(printer: Printer): RowPreparer {
  const known = preparers.get(printer);
  if (known !== undefined) return known;
  const preparer = createRowPreparer(printer);
  preparers.set(printer, preparer);
  return preparer;
}

function createRowPreparer(printer: Printer): RowPreparer {
  const plan = compileFieldPlan(['metadata.name', 'metadata.creationTimestamp', ...printer.fields]);
  const prefix = `${printersVersion}.${fingerprint(JSON.stringify([printer.columns, printer.fields]))} `;
  return {
    prefix,
    prepare(json) {
      const fields = extractFields(json, plan);
      return prefix + encodeRow(printer.cells(fields), printer.conditions?.(fields));
    },
    read: (row) => (row.startsWith(prefix) ? row.slice(prefix.length) : undefined),
    metadataSuffices: printer.fields.every((path) => /^(apiVersion$|kind$|metadata\b)/.test(path)),
  };
}

/** FNV-1a, which is enough to tell one set of columns from another. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
}
