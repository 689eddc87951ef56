import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterConnection } from './cluster-connection.js';
import { ConnectionError } from './connection-error.js';
import { jsonLines } from './json-lines.js';

type Fields = Readonly<Record<string, unknown>>;

export interface FollowObjectsOptions<Kept> {
  /** Of the list: `/apis/apps/v1/deployments`. A function is asked before each list. */
  readonly path: string | (() => Promise<string>);
  /** Media types, where other than JSON is wanted. */
  readonly listAccept?: string;
  readonly watchAccept?: string;
  /** What is kept of an object. */
  readonly keep: (object: Fields) => Kept;
  /** All objects by name, or `namespace/name`, at first and after each change. */
  readonly onChange: (objects: ReadonlyMap<string, Kept>) => void;
  /** It could not be listed or watched; it is tried again. */
  readonly onError?: (error: unknown) => void;
}

const mostLineBytes = 16 << 20;
const pageSize = 100;
const mostWait = 60_000;
/** What may not be read, or is not there, is asked for rarely. */
const hopelessWait = 300_000;

/**
 * Keeps a few objects of a cluster in memory: lists, then watches, again and again until the signal aborts. For configuration; what is stored has
 * reflectors. Never rejects.
 */
export async function followObjects<Kept>(
  connection: ClusterConnection,
  options: FollowObjectsOptions<Kept>,
  signal: AbortSignal,
): Promise<void> {
  const objects = new Map<string, Kept>();
  for (let failures = 0; !signal.aborted; ) {
    try {
      const path = typeof options.path === 'string' ? options.path : await options.path();
      let revision: string | undefined = await list(connection, options, { objects, path, signal });
      options.onChange(objects);
      failures = 0;
      while (revision !== undefined) revision = await watch(connection, options, { objects, path, revision, signal });
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      options.onError?.(error);
      const isHopeless = error instanceof ConnectionError && (error.status === 403 || error.status === 404);
      const wait = isHopeless ? hopelessWait : Math.min(mostWait, 500 * 2 ** failures);
      await pause(wait * (0.75 + Math.random() / 2), signal);
    }
  }
}

interface Following<Kept> {
  readonly objects: Map<string, Kept>;
  readonly path: string;
  readonly signal: AbortSignal;
}

async function list<Kept>(
  connection: ClusterConnection,
  { listAccept, keep }: FollowObjectsOptions<Kept>,
  { objects, path, signal }: Following<Kept>,
): Promise<string> {
  const found = new Map<string, Kept>();
  for (let position: string | undefined; ; ) {
    const query = { limit: pageSize, continue: position };
    const headers = listAccept === undefined ? {} : { accept: listAccept };
    const { metadata, items } = fields(await connection.getJson(path, { query, headers, signal }));
    for (const item of Array.isArray(items) ? (items as unknown[]) : [])
      found.set(nameOf(fields(item)), keep(fields(item)));
    const { continue: next, resourceVersion } = fields(metadata);
    position = typeof next === 'string' && next !== '' ? next : undefined;
    if (position !== undefined) continue;
    objects.clear();
    for (const [name, object] of found) objects.set(name, object);
    return String(resourceVersion ?? '');
  }
}

/** The revision to go on from; undefined when it has to be listed anew. */
async function watch<Kept>(
  connection: ClusterConnection,
  { watchAccept, keep, onChange }: FollowObjectsOptions<Kept>,
  { objects, path, revision: from, signal }: Following<Kept> & { readonly revision: string },
): Promise<string | undefined> {
  let revision = from;
  const timeoutSeconds = 300 + Math.floor(Math.random() * 300);
  const began = performance.now();
  const { body } = await connection.request(path, {
    headers: watchAccept === undefined ? {} : { accept: watchAccept },
    query: { watch: true, resourceVersion: revision, allowWatchBookmarks: true, timeoutSeconds },
    signal,
  });
  for await (const line of jsonLines(body, mostLineBytes)) {
    if (line.length === 0) continue;
    const { type, object: raw } = fields(JSON.parse(line.toString()));
    if (type === 'ERROR') return undefined;
    const object = fields(raw);
    const version = fields(object.metadata).resourceVersion;
    if (typeof version === 'string') revision = version;
    if (type === 'BOOKMARK') continue;
    if (type === 'DELETED') objects.delete(nameOf(object));
    else objects.set(nameOf(object), keep(object));
    onChange(objects);
  }
  // A server that ends watches at once is not asked without pause.
  if (performance.now() - began < 1000) await pause(1000, signal);
  // A server that ended it before its time may be another one when it comes back, of an older backup even.
  const isEarly = performance.now() - began < (timeoutSeconds - 5) * 1000;
  return signal.aborted || isEarly ? undefined : revision;
}

function nameOf(object: Fields): string {
  const { namespace, name } = fields(object.metadata);
  return namespace === undefined ? String(name) : `${String(namespace)}/${String(name)}`;
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return delay(milliseconds, undefined, { signal }).catch(() => {});
}
