import { batchEnd } from '@clusterdex/storage-sql';
import type { ReadState } from './object-cache.js';
import type { PackedForm, PackedObjects } from './packed-reader.js';
import type { PageForm } from './page-cache.js';
import { hasRow } from './row-reader.js';
import type { Statements } from './statements.js';

export interface PackedPage extends PackedObjects, ReadState {
  /** How many of the ids this goes through. */
  readonly taken: number;
}

export interface PageRequest {
  readonly ids: Float64Array;
  readonly form: PageForm;
  readonly mostBytes: number;
}

const resources = 'json_each(@ids) j LEFT JOIN resources r ON r.id = j.value';
/** The bytes of each object as it will be read; 0 for one that does not exist any more. */
const sizesOf: Readonly<Record<PageForm['kind'], string>> = {
  whole: `SELECT coalesce(r.size, 0) FROM ${resources}`,
  metadata: `SELECT coalesce(r.metadata_end, 0) FROM ${resources}`,
  rows: `SELECT coalesce(iif(${hasRow}, r.metadata_end, r.size), 0) FROM ${resources} LEFT JOIN objects o ON o.id = r.id`,
};

/** Reads objects by their ids, from the first on, as many as fit in so many bytes; at least one. */
export function readPage(
  reader: {
    readonly statements: Statements;
    read(ids: Float64Array, form: PackedForm): PackedObjects;
  },
  { ids, form, mostBytes }: PageRequest,
): PackedPage {
  const { statements } = reader;
  return statements.inTransaction(() => {
    const state = statements.readState();
    const parameters = { ids: `[${ids.join()}]`, ...(form.rowPrefix !== undefined && { prefix: form.rowPrefix }) };
    const sizes = Float64Array.from(statements.values(sizesOf[form.kind]).all(parameters) as number[]);
    const taken = batchEnd(sizes, 0, mostBytes);
    const { onlyMetadata, rowPrefix } = form;
    const packed = { onlyMetadata, collection: false, ...(rowPrefix !== undefined && { rowPrefix }) };
    return { ...reader.read(ids.subarray(0, taken), packed), taken, ...state };
  });
}
