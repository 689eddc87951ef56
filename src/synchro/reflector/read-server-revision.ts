import { type ReflectorSource, selectorQuery, stallTimeout } from './reflector-source.js';

/** One object of its metadata alone: what is asked for is the list's own version. */
const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/** How far the server's history goes, by a consistent read; NaN when it says no number. Rejects with a ConnectionError. */
export async function readServerRevision(source: ReflectorSource, signal: AbortSignal): Promise<number> {
  const answer = await source.connection.getJson(source.path, {
    headers: { accept },
    query: { ...selectorQuery(source), limit: 1 },
    signal,
    timeout: stallTimeout,
    idleTimeout: stallTimeout,
  });
  const { metadata } = (answer ?? {}) as { readonly metadata?: { readonly resourceVersion?: unknown } };
  return metadata?.resourceVersion === undefined ? Number.NaN : Number(metadata.resourceVersion);
}
