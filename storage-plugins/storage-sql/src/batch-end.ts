export const batchObjects = 500;

/** A page comes in one piece if it can. */
export const pageBytes = 4 * 1024 * 1024;
/** Where the batch that begins at `start` ends, by the sizes of the objects: at most so many bytes, beyond the first object. */
export function batchEnd(sizes: Float64Array, start: number, mostBytes: number): number {
  let bytes = 0;
  let end = start;
  while (end < sizes.length && end - start < batchObjects) {
    bytes += sizes[end] ?? 0;
    if (bytes > mostBytes && end > start) break;
    end++;
  }
  return end;
}
