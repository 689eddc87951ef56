import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ObjectBatch, ResourceType } from '@clusterdex/storage-contract';
import { type AnswerBody, type BodyPiece, beginAnswer } from './answer-body.js';
import { compressionThreshold } from './compression.js';
import type { DocumentEncoding, ListEncoder, Piece } from './document-encoding.js';
import type { ListContent, ListSummary } from './list-content.js';

export interface ListAnswer {
  readonly content: ListContent;
  readonly encoding: DocumentEncoding;
  readonly warning?: string | undefined;
}

const emptyBatch: ObjectBatch = { objects: [], count: 0 };

/**
 * Answers with a list: in one piece when it is one batch, else batch after batch, at the client's pace. Rejects when the storage does;
 * once the answer has begun, the caller can only break the connection.
 */
export async function sendList(
  response: ServerResponse,
  batches: AsyncIterable<ObjectBatch>,
  answer: ListAnswer,
): Promise<void> {
  const iterator = batches[Symbol.asyncIterator]();
  let exhausted = false;
  try {
    const first = await iterator.next();
    const firstBatch = first.done ? emptyBatch : first.value;
    const second = first.done || firstBatch.last ? undefined : await iterator.next();
    if (second === undefined || second.done) {
      exhausted = true;
      sendWhole(response, firstBatch, answer);
      return;
    }
    await sendStream(response, { iterator, first: firstBatch, second: second.value }, answer);
    exhausted = true;
  } finally {
    if (!exhausted) iterator.return?.().catch(() => undefined);
  }
}

function sendWhole(response: ServerResponse, batch: ObjectBatch, { content, encoding, warning }: ListAnswer): void {
  if (response.destroyed) return;
  const summary = new SummaryBuilder(batch.revision);
  summary.add(batch);
  const encoder = encoding.list(content);
  const pieces = [
    asPiece(encoder.open(summary)),
    ...encodeItems(batch, content, encoder),
    asPiece(encoder.close(undefined)),
  ];
  beginAnswer(response, { headers: headersOf(encoding, warning), size: sizeOf(pieces), isWhole: true }).end(pieces);
}

interface OpenedList {
  readonly iterator: AsyncIterator<ObjectBatch>;
  readonly first: ObjectBatch;
  readonly second: ObjectBatch;
}

async function sendStream(response: ServerResponse, list: OpenedList, answer: ListAnswer): Promise<void> {
  const { content, encoding, warning } = answer;
  if (response.destroyed) return;
  const headers = headersOf(encoding, warning);
  if (response.req.method === 'HEAD') {
    beginAnswer(response, { headers, size: 0, isWhole: false }).end([]);
    await list.iterator.return?.();
    return;
  }
  const summary = new SummaryBuilder(list.first.revision);
  const encoder = encoding.list(content);
  let body: AnswerBody | undefined;
  let pieces = [asPiece(encoder.open(content.describedAtEnd ? undefined : summary))];
  for await (const batch of readAhead(list)) {
    summary.add(batch);
    if (response.destroyed) throw clientGone();
    if (batch.count === 0) continue;
    pieces.push(...encodeItems(batch, content, encoder));
    if (body === undefined) {
      // A list that ends soon is sent in one piece, and one that goes on is worth compressing.
      const size = sizeOf(pieces);
      if (size <= compressionThreshold) continue;
      body = beginAnswer(response, { headers, size, isWhole: false });
    }
    const isFlowing = body.write(pieces);
    pieces = [];
    if (!isFlowing) await body.waitForClient();
  }
  if (response.destroyed) throw clientGone();
  pieces.push(asPiece(encoder.close(content.describedAtEnd ? summary : undefined)));
  body ??= beginAnswer(response, { headers, size: sizeOf(pieces), isWhole: true });
  body.end(pieces);
}

function encodeItems(batch: ObjectBatch, content: ListContent, encoder: ListEncoder): readonly BodyPiece[] {
  if (batch.count === 0) return [];
  const items = content.items(batch);
  const { bytes } = items;
  // Memory of their own means that they are a copy.
  if (items.release !== undefined) batch.release?.();
  if (bytes.length === 0) return [];
  const release = items.release ?? (bytes === batch.joined ? releaseBatch(batch) : undefined);
  const pieces = encoder.items(bytes);
  if (release === undefined) return pieces.map(asPiece);
  if (!pieces.includes(bytes)) release();
  return pieces.map((piece) => (piece === bytes ? { bytes, release } : asPiece(piece)));
}

function releaseBatch(batch: ObjectBatch): ((error?: Error | null) => void) | undefined {
  if (batch.release === undefined) return undefined;
  return (error) => {
    // After an error nobody knows whether the bytes are still being read.
    if (!error) batch.release?.();
  };
}

function asPiece(piece: Piece): BodyPiece {
  return { bytes: typeof piece === 'string' ? Buffer.from(piece) : piece };
}

function sizeOf(pieces: readonly BodyPiece[]): number {
  return pieces.reduce((size, { bytes }) => size + bytes.length, 0);
}

function headersOf({ contentType }: DocumentEncoding, warning: string | undefined): OutgoingHttpHeaders {
  const headers = { 'Content-Type': contentType, 'Cache-Control': 'no-cache, private' };
  return warning === undefined ? headers : { ...headers, Warning: warning };
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
