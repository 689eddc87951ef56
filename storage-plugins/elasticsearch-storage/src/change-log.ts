import type { ResourceType } from '@clusterdex/storage-contract';
import { bulkRepeatable } from './bulk.js';
import { type ChangeEntry, type ChangePiece, packPiece, unpackPiece } from './change-entry.js';
import type { Engine } from './engine.js';
import type { IndexNames } from './index-definitions.js';
import type { CommittedBatch } from './store-state.js';

const entriesPerPiece = 200;
const textPerPiece = 2 * 1024 * 1024;
/** How many documents are removed at once. */
const idsPerRequest = 5000;

const pieceId = (batch: string, piece: number): string => `${batch}.${piece}`;
const pageId = (last: number): string => `page.${last}`;

/** The documents of the log: pieces of batches, and pages that say which batches there are. Read by id, so they are there at once. */
export class ChangeLog {
  readonly #engine: Engine;
  readonly #index: string;

  constructor(engine: Engine, names: IndexNames) {
    this.#engine = engine;
    this.#index = names.changes;
  }

  /** Durable when it resolves; returns the number of pieces. The same batch again replaces it. */
  async write(
    batch: string,
    { type, cluster }: { type: ResourceType; cluster: string },
    entries: readonly ChangeEntry[],
  ): Promise<number> {
    const parts = [...split(entries)];
    const actions = await Promise.all(
      parts.map(async ({ first, some }, number) => {
        const packed = await packPiece({ type, cluster, pieces: parts.length, first, entries: some });
        return { id: pieceId(batch, number), operation: 'index' as const, document: JSON.stringify({ packed }) };
      }),
    );
    await bulkRepeatable(this.#engine, this.#index, actions, { what: 'writing changes' });
    return parts.length;
  }

  /** undefined: it is not there, or no longer. */
  async piece(batch: string, number: number, signal?: AbortSignal): Promise<ChangePiece | undefined> {
    const [source] = await this.#get<{ packed: string }>([pieceId(batch, number)], signal);
    return source === undefined ? undefined : unpackPiece(source.packed);
  }

  /** Every piece of a batch; undefined unless all of them were written. */
  async pieces(batch: string): Promise<readonly ChangePiece[] | undefined> {
    const first = await this.piece(batch, 0);
    if (first === undefined) return undefined;
    const found = [first];
    for (let number = 1; number < first.pieces; number++) {
      const piece = await this.piece(batch, number);
      if (piece === undefined) return undefined;
      found.push(piece);
    }
    return found;
  }

  async writePage(batches: readonly CommittedBatch[]): Promise<void> {
    const id = pageId(batches.at(-1)?.[1] ?? 0);
    const document = JSON.stringify({ batches });
    await bulkRepeatable(this.#engine, this.#index, [{ id, operation: 'index', document }], {
      what: 'writing changes',
    });
  }

  async page(last: number, signal?: AbortSignal): Promise<readonly CommittedBatch[]> {
    const [source] = await this.#get<{ batches: readonly CommittedBatch[] }>([pageId(last)], signal);
    return source?.batches ?? [];
  }

  async remove(batches: readonly CommittedBatch[], pages: readonly number[]): Promise<void> {
    const ids = batches.flatMap(([batch, , , pieces]) =>
      Array.from({ length: pieces }, (_, number) => pieceId(batch, number)),
    );
    ids.push(...pages.map(pageId));
    for (let start = 0; start < ids.length; start += idsPerRequest) {
      const actions = ids.slice(start, start + idsPerRequest).map((id) => ({ id, operation: 'delete' as const }));
      await bulkRepeatable(this.#engine, this.#index, actions, { what: 'removing old changes' });
    }
  }

  async #get<Source>(ids: readonly string[], signal?: AbortSignal): Promise<readonly (Source | undefined)[]> {
    const found = await this.#engine.documents<Source>(this.#index, ids, { what: 'reading changes', signal });
    const byId = new Map(found.map(({ _id, _source }) => [_id, _source]));
    return ids.map((id) => byId.get(id));
  }
}

function* split(entries: readonly ChangeEntry[]): Generator<{ first: number; some: readonly ChangeEntry[] }> {
  let first = 0;
  let size = 0;
  for (const [place, { before, after }] of entries.entries()) {
    const length = (before?.length ?? 0) + (after?.length ?? 0);
    if (place > first && (place - first === entriesPerPiece || size + length > textPerPiece)) {
      yield { first, some: entries.slice(first, place) };
      first = place;
      size = 0;
    }
    size += length;
  }
  if (first < entries.length) yield { first, some: entries.slice(first) };
}
