const tagPattern = /(?:W\/)?("[^"]*")/g;

/** Whether an If-None-Match header names the entity tag, compared as for a GET: whether either is weak is no matter. */
export function matchesEntityTag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  for (const [, tag] of header.matchAll(tagPattern)) if (tag === etag) return true;
  return false;
}
