/** A batch of a list holds at most this many objects and, beyond the first object, this many bytes. */
const batchObjects = 500;
const batchBytes = 4 * 1024 * 1024;

/** Where the batch that begins at `start` ends, by the sizes of the objects. */
export function batchEnd(sizes: Float64Array, start: number): number {
  let bytes = 0;
  let end = start;
  while (end < sizes.length && end - start < batchObjects) {
    bytes += sizes[end] ?? 0;
    if (bytes > batchBytes && end > start) break;
    end++;
  }
  return end;
}
