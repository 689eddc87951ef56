import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  CollectionListOptions,
  ObjectBatch,
  ResourceType,
  WatchBatch,
  WatchEvent,
} from '@clusterdex/storage-contract';
import { createStorageError, isStorageError } from '@clusterdex/storage-contract';
import { gone, type Status } from '../kube/status.js';
import type { WatchParameters } from '../query/parse-list-request.js';
import type { RevisionBound } from '../query/resource-version-rules.js';
import { ApiError } from './api-error.js';
import { checkRevision } from './at-revision.js';
import { auditRecordOf } from './audit/audit-log.js';
import { allowSilence, guardAgainstStall, waitForClient } from './client-pace.js';
import { toStatus } from './error-bridge.js';
import { withRevision } from './object-revision.js';
import type { Representation } from './representation.js';

export interface WatchSource {
  list(options: CollectionListOptions, signal: AbortSignal): AsyncIterable<ObjectBatch>;
  watch?(options: CollectionListOptions, revision: string, signal: AbortSignal): AsyncIterable<WatchBatch>;
}

export interface WatchRequest {
  readonly options: CollectionListOptions;
  readonly watch?: WatchParameters;
  readonly revisionBound?: RevisionBound;
  readonly timeoutSeconds?: number;
  /** However much longer the client asks for; unlimited unless told. */
  readonly longestSeconds?: number | undefined;
  /** Of the objects; bookmarks say it. */
  readonly type: Pick<ResourceType, 'group' | 'version' | 'kind'>;
  readonly representation: Representation;
  /** Aborts when the client has gone or the server stops. */
  readonly signal: AbortSignal;
  readonly warning?: string | undefined;
  /** Milliseconds from one bookmark to the next. */
  readonly bookmarkInterval?: number;
}

const usualBookmarkInterval = 30_000;
/** As a kube-apiserver: between half an hour and an hour, so that not all clients come back at once. */
const shortestSeconds = 1800;
/** For `longestSeconds`, where somebody reviews rights: what is taken away from the caller does not stay open for longer. */
export const longestReviewedSeconds = 3600;
const lineEnd = Buffer.from('}\n');
const initialEventsEnd = { 'k8s.io/initial-events-end': 'true' };

/** Answers with events until the time is over, the client goes or the server stops; an error behind the first byte is an event. */
export async function sendWatch(response: ServerResponse, source: WatchSource, asked: WatchRequest): Promise<void> {
  const request = { ...asked, options: asked.representation.forWatch(asked.options) };
  const stream = new EventStream(response, request);
  if (response.req.method === 'HEAD') {
    stream.open();
    stream.end();
    return;
  }
  const { signal: ending, clear } = endOf(request);
  try {
    const revision = await begin(stream, source, { request, ending });
    if (revision !== undefined) await follow(stream, source, { request, ending, revision });
  } catch (error) {
    if (!ending.aborted) {
      // What is said of the revision is an event, as in Kubernetes: the client lists again, or tries again.
      const ofRevision = (isStorageError(error) && error.code === 'EXPIRED') || error instanceof ApiError;
      if (!response.headersSent && !ofRevision) throw error;
      stream.open();
      stream.error(describeEnd(error, request.watch?.resourceVersion));
    }
  } finally {
    clear();
  }
  stream.open();
  stream.end();
}

/** Aborts when the time is over, or with the request. Nothing of it stays behind, as it would of AbortSignal.timeout and any. */
function endOf({ timeoutSeconds, longestSeconds = Infinity, signal }: WatchRequest): {
  signal: AbortSignal;
  clear(): void;
} {
  const seconds = Math.min(timeoutSeconds ?? shortestSeconds * (1 + Math.random()), longestSeconds);
  const controller = new AbortController();
  const abort = () => controller.abort();
  const timer = setTimeout(abort, Math.min(Math.ceil(seconds * 1000), 2 ** 31 - 1)).unref();
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  const clear = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  };
  return { signal: controller.signal, clear };
}

function describeEnd(error: unknown, resourceVersion = ''): Status {
  const status = toStatus(error, undefined);
  if (status.code !== 410) return status;
  return gone(`too old resource version: ${resourceVersion} (${status.message})`);
}

interface Beginning {
  readonly request: WatchRequest;
  readonly ending: AbortSignal;
}

/** Sends what is there already, if that is asked for; the revision from which on changes follow. */
async function begin(
  stream: EventStream,
  source: WatchSource,
  { request, ending }: Beginning,
): Promise<string | undefined> {
  const { resourceVersion, sendInitialEvents } = request.watch ?? {};
  const anywhere = resourceVersion === undefined || resourceVersion === '' || resourceVersion === '0';
  const withInitial = sendInitialEvents ?? anywhere;
  if (!withInitial && !anywhere) return resourceVersion;
  let revision: string | undefined;
  const options = withInitial ? request.options : { ...request.options, limit: 1 };
  for await (const batch of source.list(options, ending)) {
    revision ??= batch.revision;
    if (request.revisionBound !== undefined) checkRevision({ ...request.revisionBound, exact: false }, revision);
    if (!withInitial || revision === undefined) break;
    stream.open();
    for (const object of batch.objects) {
      stream.change({ type: 'ADDED', revision, object });
      if (stream.isAhead) await stream.pace();
    }
    if (ending.aborted) return undefined;
  }
  stream.open();
  if (sendInitialEvents === true && revision !== undefined) stream.bookmark(revision, initialEventsEnd);
  return revision;
}

async function follow(
  stream: EventStream,
  source: WatchSource,
  { request, ending, revision }: Beginning & { readonly revision: string },
): Promise<void> {
  const batches = source.watch?.(request.options, revision, ending)[Symbol.asyncIterator]();
  if (batches === undefined) throw createStorageError('NOT_SUPPORTED', 'the storage cannot watch this');
  const { bookmarkInterval = usualBookmarkInterval } = request;
  let reached = revision;
  let bookmarkDue = performance.now() + bookmarkInterval;
  let next = batches.next();
  try {
    // What the storage refuses at once is a Status; the answer begins when it has not.
    await Promise.race([next, nextTurn()]);
    stream.open();
    while (!ending.aborted) {
      const result = await unlessQuiet(next, ending, bookmarkDue - performance.now());
      if (result?.done) break;
      if (result !== undefined) {
        for (const event of result.value.events) {
          stream.change(event);
          if (stream.isAhead) await stream.pace();
        }
        reached = result.value.revision;
        next = batches.next();
      }
      // Also when there is much that does not concern the watcher: it has to know how far it is.
      if (performance.now() >= bookmarkDue && !ending.aborted) {
        stream.bookmark(reached);
        bookmarkDue = performance.now() + bookmarkInterval;
      }
    }
    stream.bookmark(reached);
  } finally {
    next.catch(() => undefined);
    batches.return?.().catch(() => undefined);
  }
}

/** Undefined when nothing came for as long as a bookmark is due, or when the watch is to end. */
async function unlessQuiet<Result>(
  work: Promise<Result>,
  ending: AbortSignal,
  milliseconds: number,
): Promise<Result | undefined> {
  if (ending.aborted) return undefined;
  let stop = () => {};
  const quiet = new Promise<undefined>((resolve) => {
    const timer = setTimeout(resolve, Math.max(1, milliseconds), undefined).unref();
    const abort = () => resolve(undefined);
    ending.addEventListener('abort', abort, { once: true });
    stop = () => {
      clearTimeout(timer);
      ending.removeEventListener('abort', abort);
    };
  });
  try {
    return await Promise.race([work, quiet]);
  } finally {
    stop();
  }
}

/** The answer: one JSON document a line. */
class EventStream {
  readonly #response: ServerResponse;
  readonly #bookmarks: boolean;
  readonly #document: { apiVersion: string; kind: string };
  readonly #represent: ReturnType<Representation['events']>;
  readonly #warning: string | undefined;

  constructor(response: ServerResponse, { watch, type, representation, warning }: WatchRequest) {
    this.#response = response;
    this.#bookmarks = watch?.bookmarks === true;
    const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
    this.#document = { apiVersion, kind: type.kind };
    this.#represent = representation.events();
    this.#warning = warning;
  }

  open(): void {
    const response = this.#response;
    if (response.headersSent || response.destroyed) return;
    const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' };
    response.writeHead(200, this.#warning === undefined ? headers : { ...headers, Warning: this.#warning });
    response.flushHeaders();
    auditRecordOf(response)?.started();
    allowSilence(response);
  }

  change({ type, revision, object }: WatchEvent): void {
    const { cluster, json } = object;
    this.event(type, this.#represent({ cluster, json: withRevision(json, revision) }, revision));
  }

  event(type: string, json: Uint8Array): void {
    if (this.#response.destroyed) return;
    this.#response.cork();
    this.#response.write(`{"type":"${type}","object":`);
    this.#response.write(json);
    this.#response.write(lineEnd);
    this.#response.uncork();
  }

  bookmark(resourceVersion: string, annotations?: Readonly<Record<string, string>>): void {
    if (!this.#bookmarks) return;
    const metadata = { resourceVersion, ...(annotations && { annotations }) };
    const json = Buffer.from(JSON.stringify({ ...this.#document, metadata }));
    this.event('BOOKMARK', this.#represent({ cluster: '', json }, resourceVersion));
  }

  error(status: Status): void {
    this.event('ERROR', Buffer.from(JSON.stringify(status)));
  }

  /** Whether the client has not taken what was written. */
  get isAhead(): boolean {
    return this.#response.writableNeedDrain && !this.#response.destroyed;
  }

  /** Waits while the client does not take what was written; one that takes nothing at all loses the connection. */
  async pace(): Promise<void> {
    guardAgainstStall(this.#response);
    await waitForClient(this.#response);
    allowSilence(this.#response);
  }

  end(): void {
    if (!this.#response.destroyed) this.#response.end();
  }
}
