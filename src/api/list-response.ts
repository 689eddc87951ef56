import type { ServerResponse } from 'node:http';
import type { ObjectBatch, ResourceType, StoredObject } from '@clusterdex/storage-contract';
import { createBufferPool } from './buffer-pool.js';
import { guardAgainstStall, waitForClient } from './client-pace.js';
import { injectEvents } from './inject-events.js';

/** What the batches of a list say besides the objects. */
export interface ListSummary {
  readonly revision: string | undefined;
  readonly continue: string | undefined;
  readonly remainingItemCount: number | undefined;
  /** Distinct, in order of appearance. */
  readonly types: readonly ResourceType[];
}

export interface ListEnvelope {
  /** The first members of the document, from its brace on, without a comma at the end. */
  readonly opening: string;
  /** The other members, each with a comma in front. */
  describe(summary: ListSummary): string;
  /** Whether `describe` needs the last batch; if so, its members come behind the items of a list that does not fit in one batch. */
  readonly describedAtEnd: boolean;
  readonly injectEvents: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

const emptyBatch: ObjectBatch = { objects: [], count: 0 };
const itemsOpening = ',"items":[';
const commaBytes = Buffer.from(',');
const noBytes = Buffer.alloc(0);
/** Answers under way to as many clients as a machine has processors, and some more. */
const poolBytes = 32 * 1024 * 1024;
const listHeaders = { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' };

/**
 * Answers with a list: in one piece when it is one batch, else batch after batch, at the client's pace. Rejects when the storage does;
 * once the answer has begun, the caller can only break the connection.
 */
export async function sendList(
  response: ServerResponse,
  batches: AsyncIterable<ObjectBatch>,
  envelope: ListEnvelope,
): Promise<void> {
  const iterator = batches[Symbol.asyncIterator]();
  let exhausted = false;
  try {
    const first = await iterator.next();
    const second = first.done ? first : await iterator.next();
    const firstBatch = first.done ? emptyBatch : first.value;
    if (second.done) {
      exhausted = true;
      sendWhole(response, firstBatch, envelope);
      return;
    }
    await sendStream(response, { iterator, first: firstBatch, second: second.value }, envelope);
    exhausted = true;
  } finally {
    if (!exhausted) iterator.return?.().catch(() => undefined);
  }
}

function sendWhole(response: ServerResponse, batch: ObjectBatch, envelope: ListEnvelope): void {
  const summary = new SummaryBuilder(batch.revision);
  summary.add(batch);
  const head = Buffer.from(envelope.opening + envelope.describe(summary) + itemsOpening);
  const tail = Buffer.from(']}\n');
  if (response.destroyed) return;
  const items = joinItems(batch, envelope.injectEvents);
  const length = head.length + items.bytes.length + tail.length;
  response.writeHead(200, { ...envelope.headers, ...listHeaders, 'Content-Length': length });
  guardAgainstStall(response);
  response.cork();
  response.write(head);
  if (items.bytes.length > 0) response.write(items.bytes, items.release);
  response.end(tail);
  response.uncork();
}

interface OpenedList {
  readonly iterator: AsyncIterator<ObjectBatch>;
  readonly first: ObjectBatch;
  readonly second: ObjectBatch;
}

async function sendStream(response: ServerResponse, list: OpenedList, envelope: ListEnvelope): Promise<void> {
  if (response.destroyed) return;
  response.writeHead(200, { ...envelope.headers, ...listHeaders });
  guardAgainstStall(response);
  if (response.req.method === 'HEAD') {
    response.end();
    await list.iterator.return?.();
    return;
  }
  const summary = new SummaryBuilder(list.first.revision);
  response.write(envelope.opening + (envelope.describedAtEnd ? '' : envelope.describe(summary)) + itemsOpening);
  let separator = noBytes;
  for await (const batch of readAhead(list)) {
    summary.add(batch);
    if (response.destroyed) throw clientGone();
    if (batch.count === 0) continue;
    response.cork();
    if (separator.length > 0) response.write(separator);
    const items = joinItems(batch, envelope.injectEvents);
    const flowing = response.write(items.bytes, items.release);
    response.uncork();
    separator = commaBytes;
    if (!flowing) await waitForClient(response);
  }
  if (response.destroyed) throw clientGone();
  response.end(`]${envelope.describedAtEnd ? envelope.describe(summary) : ''}}\n`);
}

function clientGone(): Error {
  return new Error('the client went before its list was complete');
}

/** The storage makes the next batch while the client takes this one; no more than these two are held. */
async function* readAhead({ iterator, first, second }: OpenedList): AsyncGenerator<ObjectBatch> {
  yield first;
  let current: ObjectBatch | undefined = second;
  while (current !== undefined) {
    const next = iterator.next();
    next.catch(() => undefined);
    yield current;
    const result = await next;
    current = result.done ? undefined : result.value;
  }
}

class SummaryBuilder implements ListSummary {
  readonly revision: string | undefined;
  continue: string | undefined;
  remainingItemCount: number | undefined;
  readonly #types = new Map<string, ResourceType>();

  constructor(revision: string | undefined) {
    this.revision = revision;
  }

  add(batch: ObjectBatch): void {
    this.continue = batch.continue ?? this.continue;
    this.remainingItemCount = batch.remainingItemCount ?? this.remainingItemCount;
    for (const type of batch.types ?? []) {
      const key = `${type.group}/${type.version}/${type.resource}`;
      if (!this.#types.has(key)) this.#types.set(key, type);
    }
  }

  get types(): readonly ResourceType[] {
    return [...this.#types.values()];
  }
}

interface JoinedItems {
  readonly bytes: Uint8Array;
  /** Called when the bytes are with the client, or never will be. */
  readonly release: (error?: Error | null) => void;
}

const pool = createBufferPool(poolBytes);
const keep = () => {};

/** The items of a batch, with commas between them. */
function joinItems(batch: ObjectBatch, withEvents: boolean): JoinedItems {
  if (batch.joined !== undefined && !withEvents) return { bytes: batch.joined, release: keep };
  const items = batch.objects.map(withEvents ? injectEvents : bytesOf);
  const [only] = items;
  if (only === undefined) return { bytes: noBytes, release: keep };
  if (items.length === 1) return { bytes: only, release: keep };
  const length = items.reduce((sum, item) => sum + item.length + 1, -1);
  const joined = pool.take(length);
  let at = 0;
  for (const item of items) {
    if (at > 0) joined[at++] = 0x2c;
    joined.set(item, at);
    at += item.length;
  }
  const release = (error?: Error | null) => {
    // After an error nobody knows whether the bytes are still being read.
    if (!error) pool.give(joined);
  };
  return { bytes: joined.subarray(0, length), release };
}

function bytesOf(object: StoredObject): Uint8Array {
  return object.json;
}
