import { batchEnd } from './batch-end.js';
import type { PackedObjects, PackedReader } from './packed-reader.js';
import type { Statements } from './statements.js';

export interface PackedPage extends PackedObjects {
  /** How many of the ids this goes through. */
  readonly taken: number;
  /** The newest when this was read. */
  readonly revision: number;
}

const sizesOf = 'SELECT coalesce(r.size, 0) FROM json_each(?) j LEFT JOIN resources r ON r.id = j.value';

/** Reads whole objects by their ids, from the first on, as many as fit in so many bytes; at least one. */
export function readPage(
  { statements, objects }: { readonly statements: Statements; readonly objects: PackedReader },
  ids: Float64Array,
  mostBytes: number,
): PackedPage {
  return statements.inTransaction(() => {
    const revision = Number(statements.revision());
    const sizes = Float64Array.from(statements.values(sizesOf).all(`[${ids.join()}]`) as number[]);
    const taken = batchEnd(sizes, 0, mostBytes);
    return { ...objects.read(ids.subarray(0, taken), { onlyMetadata: false, collection: false }), taken, revision };
  });
}
