import type { ListOptions, ObjectBatch, StoredObject, WriteResult } from '@clusterdex/storage-contract';

/** Cheap looks at what a storage answers; each says what is wrong, or undefined. Nothing here walks over the objects of a batch. */
export function checkObject(
  object: StoredObject,
  asked: { cluster: string; namespace: string; name: string },
): string | undefined {
  if (typeof object !== 'object' || object === null)
    return `answered ${object === null ? 'null' : typeof object}, not an object`;
  if (!(object.json instanceof Uint8Array)) return 'answered an object whose json is no Uint8Array';
  if (object.cluster !== asked.cluster || object.namespace !== asked.namespace || object.name !== asked.name) {
    const found = `${object.cluster}/${object.namespace}/${object.name}`;
    return `answered ${found} where ${asked.cluster}/${asked.namespace}/${asked.name} was asked for`;
  }
  return undefined;
}

export function checkWriteResult(result: WriteResult): string | undefined {
  const fits = typeof result === 'object' && result !== null && isCount(result.written) && isCount(result.unchanged);
  return fits ? undefined : 'answered no WriteResult: written and unchanged must be counts';
}

/** Follows a list from batch to batch. */
export function createBatchCheck(options: ListOptions): (batch: ObjectBatch) => string | undefined {
  const { clusters, limit, withRows } = options;
  const wanted = clusters?.in === undefined ? undefined : new Set(clusters.in);
  let seen = 0;
  return (batch) => {
    if (typeof batch !== 'object' || batch === null) return `gave ${batch === null ? 'null' : typeof batch} as a batch`;
    const { joined, count } = batch;
    if (!isCount(count)) return 'gave a batch without a count';
    if (batch.continue !== undefined && typeof batch.continue !== 'string') return 'gave a continue that is no string';
    if (batch.revision !== undefined && !/^[1-9][0-9]{0,18}$/.test(batch.revision)) return 'gave a malformed revision';
    if (batch.remainingItemCount !== undefined && !Number.isSafeInteger(batch.remainingItemCount)) {
      return 'gave a remainingItemCount that is no integer';
    }
    seen += count;
    if (limit !== undefined && seen > limit) return `gave ${seen} objects where at most ${limit} were asked for`;
    if (joined !== undefined) return joined instanceof Uint8Array ? undefined : 'gave a joined that is no Uint8Array';
    return checkObjects(batch.objects, count, wanted) ?? checkRows(batch.objects, withRows);
  };
}

function checkObjects(objects: unknown, count: number, wanted: ReadonlySet<string> | undefined): string | undefined {
  if (!Array.isArray(objects) || objects.length !== count)
    return `gave a batch whose count is ${count} and whose objects are not`;
  for (const object of count > 1 ? [objects[0], objects[count - 1]] : objects) {
    const { json, cluster } = (object ?? {}) as Partial<StoredObject>;
    if (!(json instanceof Uint8Array)) return 'gave an object whose json is no Uint8Array';
    if (cluster === undefined || (wanted !== undefined && !wanted.has(cluster)))
      return `gave an object of cluster ${cluster}, which was not asked for`;
  }
  return undefined;
}

function checkRows(objects: readonly StoredObject[], withRows: ListOptions['withRows']): string | undefined {
  for (const object of [objects[0], objects[objects.length - 1]]) {
    const row: unknown = object?.row;
    if (row === undefined) continue;
    if (withRows === undefined || typeof row !== 'string' || !row.startsWith(withRows.prefix))
      return 'gave an object with a row that was not asked for';
  }
  return undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
