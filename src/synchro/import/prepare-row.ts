import type { ResourceInventory } from '@clusterdex/storage-contract';
import { type RowPreparer, rowPreparerFor } from '../../kube/table/prepared-rows.js';
import { printerFor } from '../../kube/table/printer-for.js';

const preparers = new WeakMap<ResourceInventory, RowPreparer>();

/**
 * The row text that is stored beside an object; undefined where its metadata has all that a row shows, as with a custom resource of
 * which the columns are not known yet.
 */
export function prepareRow(type: ResourceInventory, json: Uint8Array): string | undefined {
  let preparer = preparers.get(type);
  if (preparer === undefined) {
    preparer = rowPreparerFor(printerFor(type));
    preparers.set(type, preparer);
  }
  return preparer.metadataSuffices ? undefined : preparer.prepare(json);
}
