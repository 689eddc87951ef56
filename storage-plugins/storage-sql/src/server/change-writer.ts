import { randomInt } from 'node:crypto';
import {
  createStorageError,
  type ObjectChange,
  type ResourceType,
  type WriteResult,
} from '@clusterdex/storage-contract';
import { type DecidedChange, type DecidedChanges, decideChanges, type ReadyChange } from '../decide-changes.js';
import { digestOf } from '../digest-of.js';
import { fieldLabelsOf, isStaleFieldIndexes } from '../field-index/index.js';
import { sql } from '../sql.js';
import { type FieldIndexes, type FieldIndexSet, pathsFor } from './field-indexes.js';
import type { HistoryTrimmer } from './history-trimmer.js';
import { IdBlocks } from './id-blocks.js';
import { KeyMutex } from './key-mutex.js';
import type { LabelIds } from './label-ids.js';
import type { BatchScope, ChangeScope, Place, SqlBackend, SqlConnection, WriteStart } from './sql-backend.js';
import type { TypesRegistry } from './types-registry.js';
import { textOf } from './values.js';

/** A transaction holds about so much: enough for few round trips, little enough to let others in. */
const changesPerTransaction = 1000;
const bytesPerTransaction = 8 * 1024 * 1024;
/** As much as randomInt gives. */
const largestStamp = 2 ** 48 - 1;

/** How often a write begins again because the declared fields change. */
const attempts = 10;

type WriteScope = ChangeScope & { readonly type: ResourceType };

interface ChangeWriterParts {
  readonly types: TypesRegistry;
  readonly trimmer: HistoryTrimmer;
  readonly fields: FieldIndexes;
  readonly labels: LabelIds;
}

/** Applies batches of changes. Whoever writes objects of one type and cluster does so alone, in this process and in others. */
export class ChangeWriter {
  readonly #backend: SqlBackend;
  readonly #types: TypesRegistry;
  readonly #trimmer: HistoryTrimmer;
  readonly #fields: FieldIndexes;
  readonly #labels: LabelIds;
  readonly #ids: IdBlocks;
  readonly #mutex = new KeyMutex();

  constructor(backend: SqlBackend, { types, trimmer, fields, labels }: ChangeWriterParts) {
    this.#backend = backend;
    this.#types = types;
    this.#trimmer = trimmer;
    this.#fields = fields;
    this.#labels = labels;
    this.#ids = new IdBlocks(backend);
  }

  async write(
    { type, cluster, signal }: { type: ResourceType; cluster: string; signal: AbortSignal | undefined },
    changes: readonly ObjectChange[],
  ): Promise<WriteResult> {
    if (changes.length === 0) return { written: 0, unchanged: 0 };
    const typeId = await this.#types.idOrCreate(type);
    let written = 0;
    for (const some of split(changes)) {
      written += await this.#mutex.run(`${typeId} ${cluster}`, async () => {
        refuseAborted(signal, 'the write');
        return this.#writeSome({ type, typeId, cluster }, some);
      });
    }
    return { written, unchanged: changes.length - written };
  }

  /** Removes at most so many objects of a type of a cluster; returns how many it removed. */
  removeSome(scope: ChangeScope, limit: number): Promise<number> {
    return this.#mutex.run(`${scope.typeId} ${scope.cluster}`, async () => {
      const rows = await this.#backend.database.query(
        sql`SELECT namespace, name FROM resources WHERE type_id = ${scope.typeId} AND cluster = ${scope.cluster} LIMIT ${limit}`,
      );
      const places = rows.map(([namespace, name]) => ({
        namespace: textOf(namespace ?? ''),
        name: textOf(name ?? ''),
      }));
      if (places.length === 0) return 0;
      // Another process may have removed some meanwhile; the next look finds no more of them.
      await this.#transaction(scope, places, ({ stored }) => ({
        changes: [...stored.values()].map((before): DecidedChange => ({ id: before.id, before, wave: 0 })),
        rows: new Map(),
      }));
      return places.length;
    });
  }

  async #writeSome(scope: WriteScope, changes: readonly ObjectChange[]): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#writeWith(await this.#fields.current(), scope, changes);
      } catch (error) {
        if (!isStaleFieldIndexes(error) || attempt === attempts) throw error;
        await this.#fields.refresh();
      }
    }
  }

  async #writeWith(set: FieldIndexSet, scope: WriteScope, changes: readonly ObjectChange[]): Promise<number> {
    const upserts = changes.flatMap((change) => (change.type === 'upsert' ? [change.object] : []));
    const paths = pathsFor(set, scope.type);
    const labelled =
      paths.length === 0
        ? upserts
        : upserts.map((object) => ({ ...object, fields: fieldLabelsOf(object.json, paths) }));
    const labelIds = (await this.#labels.of(labelled)).values();
    const ready = changes.map((change): ReadyChange => {
      if (change.type === 'delete') return change;
      const { object } = change;
      return { type: 'upsert', object, digest: digestOf(object.json), labelIds: labelIds.next().value ?? '' };
    });
    const ids = await this.#ids.reserve(upserts.length);
    let used = 0;
    const places = changes.map((change) => (change.type === 'upsert' ? change.object : change));
    const { generation } = set;
    const written = await this.#transaction({ ...scope, fieldGeneration: generation }, places, ({ stored }) => {
      used = 0;
      return decideChanges(ready, stored, () => ids[used++] as number);
    });
    // Had the transaction failed, nobody knew whether its commit had been.
    this.#ids.giveBack(ids.slice(used));
    return written;
  }

  async #transaction(
    scope: ChangeScope & Pick<BatchScope, 'fieldGeneration'>,
    places: readonly Place[],
    decide: (start: WriteStart) => DecidedChanges,
  ): Promise<number> {
    const { written, revision } = await this.#backend.database.transaction(async (connection: SqlConnection) => {
      const start = await this.#backend.beginWrite(connection, scope, places);
      const decided = decide(start);
      const last = await this.#backend.applyChanges(
        connection,
        { ...scope, batchId: start.batchId, stamp: randomInt(1, largestStamp) },
        decided,
      );
      return { written: decided.changes.length, revision: last };
    });
    if (revision !== undefined) this.#trimmer.written(revision);
    return written;
  }
}

function* split(changes: readonly ObjectChange[]): Generator<readonly ObjectChange[]> {
  let some: ObjectChange[] = [];
  let bytes = 0;
  for (const change of changes) {
    const size = change.type === 'upsert' ? change.object.json.length : 0;
    if (some.length === changesPerTransaction || (some.length > 0 && bytes + size > bytesPerTransaction)) {
      yield some;
      some = [];
      bytes = 0;
    }
    some.push(change);
    bytes += size;
  }
  if (some.length > 0) yield some;
}

export function refuseAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted === true) throw createStorageError('TIMEOUT', `${what} was aborted`, { cause: signal.reason });
}
