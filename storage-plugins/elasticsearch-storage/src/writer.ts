import {
  createStorageError,
  type ObjectChange,
  type PreparedObject,
  type ResourceType,
  type StorageHost,
  type WriteResult,
} from '@clusterdex/storage-contract';
import { parseFields, selectableFromJson } from '@clusterdex/storage-contract/selection';
import { type BulkAction, type BulkFailure, bulk, failureOf } from './bulk.js';
import type { ChangeEntry } from './change-entry.js';
import type { ChangeLog } from './change-log.js';
import { type DecidedChange, decideChanges, objectKey } from './decide-changes.js';
import { createDocument, digestOf, documentId, type StoredDocument, typeKey } from './document.js';
import type { Engine, FoundDocument } from './engine.js';
import type { HistoryKeeper } from './history-keeper.js';
import type { IndexNames } from './index-definitions.js';
import { KeyMutex } from './key-mutex.js';
import { isConnectionLoss } from './map-error.js';
import type { StateKeeper } from './state-keeper.js';
import type { StoreState } from './store-state.js';
import type { Salt } from './tokens.js';
import { type HeldBatch, WriteLock } from './write-lock.js';

const changesPerBatch = 500;
const bytesPerBatch = 6 * 1024 * 1024;
const mostTries = 6;

interface Scope {
  readonly type: ResourceType;
  readonly cluster: string;
}

interface Found {
  readonly id: string;
  readonly sequence: number;
  readonly term: number;
  readonly batch: string;
  readonly resourceVersion: string;
  readonly digest: string;
  readonly synced: number;
}

/** What an object is to become. */
interface Target {
  readonly key: string;
  readonly id: string;
  readonly name: string;
  /** undefined: gone. */
  readonly document: string | undefined;
  /** A document of this batch already, when it is found so. */
  readonly isChange: boolean;
}

export interface WriterParts {
  readonly engine: Engine;
  readonly names: IndexNames;
  readonly state: StateKeeper;
  readonly log: ChangeLog;
  readonly history: HistoryKeeper;
  readonly salt: Salt;
  readonly host: Pick<StorageHost, 'now' | 'metrics'>;
}

/**
 * Writes batches: first to the log, then to the objects, then it says that the batch is done. So a batch whose writer dies in between can be
 * finished by anybody, from the log.
 */
export class Writer {
  readonly lock: WriteLock;
  readonly #parts: WriterParts;
  readonly #mutex = new KeyMutex();
  readonly #rejected: { increment(by?: number): void };
  readonly #running = new Set<Promise<unknown>>();

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#rejected = parts.host.metrics.counter(
      'rejected_documents_total',
      'Documents that Elasticsearch did not take',
    );
    this.lock = new WriteLock(parts.engine, parts.state, (held) => this.#recover(held));
  }

  async write(scope: Scope, changes: readonly ObjectChange[], signal?: AbortSignal): Promise<WriteResult> {
    let written = 0;
    for (const some of split(changes)) {
      const key = placeKey(scope);
      const turn = this.#mutex.run(key, async () => {
        refuseAborted(signal);
        return this.#writeSome({ ...scope, key }, some, signal);
      });
      this.#running.add(turn);
      try {
        written += await turn;
      } finally {
        this.#running.delete(turn);
      }
    }
    return { written, unchanged: changes.length - written };
  }

  /** Resolves when no write is under way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    this.lock.stop();
  }

  async #writeSome(
    scope: Scope & { readonly key: string },
    changes: readonly ObjectChange[],
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const { log } = this.#parts;
    const held = await this.lock.begin(scope.key, signal);
    let isApplying = false;
    try {
      const stored = await this.#read(scope, changes);
      const { changes: decided, rows } = decideChanges(changes, stored);
      if (decided.length === 0 && rows.size === 0) {
        await this.lock.release(held, false);
        return 0;
      }
      const entries = await this.#entries(decided);
      let pieces = decided.length === 0 ? 0 : await log.write(held.batch, scope, entries);
      refuseAborted(signal);
      await this.lock.makeSure(held);
      isApplying = true;
      const failed = await this.#apply(held, this.#targets(scope, held, { decided, rows, stored }), stored);
      const done = decided.filter(({ key }) => !failed.has(key));
      if (done.length === 0 && pieces > 0) await log.remove([[held.batch, 0, 0, pieces]], []);
      if (done.length < decided.length && done.length > 0) {
        pieces = await log.write(held.batch, scope, await this.#entries(done));
      }
      await this.#finish(held, done.length, pieces);
      if (failed.size > 0) throw this.#complain(scope, failed);
      return done.length;
    } catch (error) {
      if (isApplying) this.lock.abandon(held);
      else await this.lock.release(held, false).catch(() => this.lock.abandon(held));
      throw error;
    }
  }

  async #finish(held: HeldBatch, changes: number, pieces: number): Promise<StoreState | undefined> {
    if (changes === 0) {
      await this.lock.release(held, true);
      return undefined;
    }
    const state = await this.lock.commit(held, changes, pieces);
    this.#parts.history.written(state);
    return state;
  }

  /** Finishes a batch whose writer is dead: from the log when it is whole; if it is not, no object was touched. */
  async #recover(held: HeldBatch): Promise<void> {
    const { log } = this.#parts;
    const pieces = await log.pieces(held.batch);
    const [first] = pieces ?? [];
    if (pieces === undefined || first === undefined) {
      await this.lock.release(held, true);
      return;
    }
    const { type, cluster } = first;
    const entries = pieces.flatMap((piece) => piece.entries);
    const last = new Map(entries.map((entry) => [objectKey(entry.namespace, entry.name), entry]));
    const stored = await this.#read({ type, cluster }, [...last.values()]);
    const targets = [...last].map(([key, entry]): Target => {
      const id = documentId(type, [cluster, entry.namespace, entry.name]);
      const document = entry.after === undefined ? undefined : this.#document({ type, cluster }, entry, held.batch);
      return { key, id, name: entry.name, document, isChange: true };
    });
    const open = targets.filter(({ key, document }) =>
      document === undefined ? stored.has(key) : stored.get(key)?.batch !== held.batch,
    );
    const failed = await this.#apply(held, open, stored);
    const done = entries.filter(({ namespace, name }) => !failed.has(objectKey(namespace, name)));
    const written = failed.size === 0 ? pieces.length : await log.write(held.batch, { type, cluster }, done);
    await this.#finish(held, done.length, written);
  }

  #document(scope: Scope, { after, row }: ChangeEntry, batch: string): string {
    const json = Buffer.from(after ?? '');
    const selectable = selectableFromJson(json, scope.cluster);
    // Whoever reads it finds the end of the metadata itself.
    const state = { digest: digestOf(json), synced: this.#parts.host.now(), metadataEnd: 0, batch };
    const source = { type: scope.type, selectable, json, row, state };
    return createDocument(source, this.#parts.salt);
  }

  #targets(
    scope: Scope,
    { batch }: HeldBatch,
    {
      decided,
      rows,
      stored,
    }: {
      decided: readonly DecidedChange<Found>[];
      rows: ReadonlyMap<string, PreparedObject>;
      stored: ReadonlyMap<string, Found>;
    },
  ): readonly Target[] {
    const last = new Map(decided.map((change) => [change.key, change]));
    const targets = [...last.values()].map((change): Target => {
      const { key, namespace, name, after, digest } = change;
      const id = documentId(scope.type, [scope.cluster, namespace, name]);
      const row = rows.get(key)?.row ?? after?.row;
      const document = after && this.#prepared(scope, after, { row, digest, batch });
      return { key, id, name, document, isChange: true };
    });
    for (const [key, object] of rows) {
      if (last.has(key)) continue;
      const { namespace, name, row } = object;
      // A row alone leaves the time at which its object was stored.
      const synced = stored.get(key)?.synced;
      const id = documentId(scope.type, [scope.cluster, namespace, name]);
      const document = this.#prepared(scope, object, { row, digest: digestOf(object.json), batch, synced });
      targets.push({ key, id, name, document, isChange: false });
    }
    return targets;
  }

  #prepared(
    { type, cluster }: Scope,
    object: PreparedObject,
    more: { row: string | undefined; digest: string; batch: string; synced?: number | undefined },
  ): string {
    const { json, namespace, name, uid, resourceVersion, createdAt, ownerUid, labels, metadataEnd } = object;
    const fields = () => parseFields(textOf(json));
    const selectable = { cluster, namespace, name, uid, resourceVersion, createdAt, ownerUid, labels, fields };
    const { row, digest, batch, synced = this.#parts.host.now() } = more;
    const state = { digest, synced, metadataEnd, batch };
    return createDocument({ type, selectable, json, row, state }, this.#parts.salt);
  }

  /** What is stored of the objects of these changes, whether or not a search would find it yet. */
  async #read(
    { type, cluster }: Scope,
    changes: readonly (ObjectChange | { readonly namespace: string; readonly name: string })[],
  ): Promise<ReadonlyMap<string, Found>> {
    const keys = new Map<string, string>();
    for (const change of changes) {
      const { namespace, name } = 'object' in change ? change.object : change;
      keys.set(documentId(type, [cluster, namespace, name]), objectKey(namespace, name));
    }
    const docs = await this.#mget([...keys.keys()], 'state');
    return toFound(docs, keys);
  }

  #mget(ids: readonly string[], fields: 'state' | 'object'): Promise<readonly FoundDocument<StoredDocument>[]> {
    const { engine, names } = this.#parts;
    return engine.documents<StoredDocument>(names.resources, ids, { fields, what: 'reading what is stored' });
  }

  async #entries(decided: readonly DecidedChange<Found>[]): Promise<readonly ChangeEntry[]> {
    const ids = decided.flatMap(({ before }) => (before !== undefined && 'stored' in before ? before.stored.id : []));
    const objects = new Map((await this.#mget(ids, 'object')).map(({ _id, _source }) => [_id, _source.object]));
    return decided.map(({ namespace, name, before, after }) => ({
      namespace,
      name,
      before:
        before === undefined
          ? undefined
          : 'stored' in before
            ? objects.get(before.stored.id)
            : textOf(before.earlier.json),
      after: after && textOf(after.json),
      row: after?.row,
    }));
  }

  /** Resolves to what Elasticsearch did not take, by key; rejects when nobody knows what became of it. */
  async #apply(
    held: HeldBatch,
    targets: readonly Target[],
    stored: ReadonlyMap<string, Found>,
  ): Promise<ReadonlyMap<string, BulkFailure>> {
    const { engine, names } = this.#parts;
    const failed = new Map<string, BulkFailure>();
    let open = targets;
    let known = stored;
    for (let attempt = 1; open.length > 0; attempt++) {
      const todo = open.flatMap((target) => {
        const action = actionOf(target, known.get(target.key));
        return action === undefined ? [] : [{ target, action }];
      });
      const again: Target[] = [];
      try {
        const outcome = await bulk(
          engine,
          names.resources,
          todo.map(({ action }) => action),
          { what: 'writing objects' },
        );
        for (const [place, { target, action }] of todo.entries()) {
          const failure = outcome[place];
          if (failure === undefined || (failure.status === 404 && action.operation === 'delete')) continue;
          if (failure.status === 409) again.push(target);
          else failed.set(target.key, failure);
        }
      } catch (error) {
        if (!isConnectionLoss(error) || attempt === mostTries) engine.rethrow(error);
        again.push(...todo.map(({ target }) => target));
      }
      if (again.length === 0) return failed;
      if (attempt === mostTries) throw createStorageError('CONFLICT', 'somebody else writes the same objects');
      await engine.pause(attempt);
      await this.lock.makeSure({ ...held, sureAt: 0 });
      known = await this.#readTargets(again);
      open = again.filter(({ key, document, isChange }) => {
        const found = known.get(key);
        return document === undefined ? found !== undefined : !(isChange && found?.batch === held.batch);
      });
    }
    return failed;
  }

  async #readTargets(targets: readonly Target[]): Promise<ReadonlyMap<string, Found>> {
    const keys = new Map(targets.map(({ id, key }) => [id, key]));
    const docs = await this.#mget([...keys.keys()], 'state');
    return toFound(docs, keys);
  }

  #complain({ type, cluster }: Scope, failed: ReadonlyMap<string, BulkFailure>) {
    const [[key, failure] = ['', undefined]] = failed;
    const cause = failureOf(failure as BulkFailure, this.#parts.engine.server);
    if (cause.code === 'INVALID') this.#rejected.increment(failed.size);
    const others = failed.size === 1 ? '' : ` and ${failed.size - 1} more`;
    return createStorageError(
      cause.code,
      `${type.resource} ${key}${others} of cluster '${cluster}' were not written: ${cause.message}`,
      { cause },
    );
  }
}

function toFound(
  docs: readonly FoundDocument<StoredDocument>[],
  keys: ReadonlyMap<string, string>,
): ReadonlyMap<string, Found> {
  return new Map(
    docs.map(({ _id, _seq_no, _primary_term, _source }) => {
      const { batch, resourceVersion, digest, synced } = _source.state;
      const found = { id: _id, sequence: _seq_no, term: _primary_term, batch, resourceVersion, digest, synced };
      return [keys.get(_id) as string, found];
    }),
  );
}

function actionOf({ id, document }: Target, found: Found | undefined): BulkAction | undefined {
  if (document === undefined) {
    return found && { id, operation: 'delete', version: { sequence: found.sequence, term: found.term } };
  }
  if (found === undefined) return { id, operation: 'create', document };
  return { id, operation: 'index', version: { sequence: found.sequence, term: found.term }, document };
}

/** Everybody who writes objects of a type of a cluster uses the same. */
const placeKey = ({ type, cluster }: Scope): string => `${typeKey(type)} ${cluster}`;

const textOf = (json: Uint8Array): string => Buffer.from(json.buffer, json.byteOffset, json.byteLength).toString();

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw createStorageError('TIMEOUT', 'the write was aborted', { cause: signal.reason });
}

function* split(changes: readonly ObjectChange[]): Generator<readonly ObjectChange[]> {
  let start = 0;
  let bytes = 0;
  for (const [place, change] of changes.entries()) {
    const size = change.type === 'upsert' ? change.object.json.length : 0;
    if (place > start && (place - start === changesPerBatch || bytes + size > bytesPerBatch)) {
      yield changes.slice(start, place);
      start = place;
      bytes = 0;
    }
    bytes += size;
  }
  if (start < changes.length) yield changes.slice(start);
}
